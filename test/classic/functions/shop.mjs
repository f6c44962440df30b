// Orders, prices and sums of a shop.
const FUNCTIONS = {
  'shop-orders': ({ customer }) => ({
    orders: Array.from({ length: customer }, (_, i) => ({ sku: `${customer}.${i}`, quantity: i })),
  }),
  'shop-price': ({ line, order, discount }) => ({
    price: order.quantity * 10 - discount,
    text: `${line}: ${order.quantity} of ${order.sku}`,
  }),
  'shop-sum': ({ prices }) => ({ sum: prices.reduce((total, price) => total + price, 0) }),
};

export function handler(event, context) {
  return FUNCTIONS[context.function.name](JSON.parse(event));
}
