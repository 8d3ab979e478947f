// A lamp is looked at, put into the cart and bought, told by @segment/analytics-node.
import { Analytics } from '@segment/analytics-node'

const [url, writeKey, customer] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host: url })
analytics.on('error', (error) => {
  console.error(error)
  process.exitCode = 1
})
const lamp = { product_id: 'lamp', name: 'Arc lamp', price: 49.9, quantity: 1 }
const tell = (event, properties) => analytics.track({ userId: customer, event, properties: { currency: 'EUR', ...properties } })

analytics.identify({ userId: customer, anonymousId: `${customer}-device`, traits: { email: `${customer}@example.com` } })
tell('Product Viewed', lamp)
tell('Product Added', { cart_id: `${customer}-cart`, ...lamp })
tell('Checkout Started', { order_id: `${customer}-order`, value: 49.9, products: [lamp] })
tell('Order Completed', { order_id: `${customer}-order`, total: 54.8, shipping: 4.9, products: [lamp] })
await analytics.closeAndFlush()
