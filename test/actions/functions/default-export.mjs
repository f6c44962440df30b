// oxlint-disable-next-line import/no-default-export -- the form under test
export default (event) => `got ${event}`;
