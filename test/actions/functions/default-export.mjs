export default (event) => `got ${event}`;
