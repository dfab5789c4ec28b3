// A phone and a desk.
module.exports = { phone: { width: 375, height: 740 }, desk: { width: 1280, height: 900 } };
