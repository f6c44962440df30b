/** A function of the older form, which calls back. */
exports.handler = function (event, context, callback) {
  const text = event.toString();
  if (text === 'fail') callback(new TypeError('called back'));
  else if (text === 'fail with text') callback('just a text');
  else setImmediate(() => callback(null, { text, name: context.function.name }));
};
