/** A function in the older form, with a callback. */
exports.handler = function (event, context, callback) {
  const text = event.toString();
  if (text === 'fail') callback(new TypeError('called back'));
  else if (text === 'fail with text') callback('just a text');
  else setImmediate(() => callback(null, { text, name: context.function.name }));
};
