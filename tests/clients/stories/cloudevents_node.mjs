// A lamp is looked at, put into the cart and bought, told by the CloudEvents SDK for JavaScript, binary and structured.
import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents'

const [url, key, customer] = process.argv.slice(2)
const headers = { Authorization: `Bearer ${key}` }
const transport = httpTransport(`${url}/v1/cloudevents`)
const modes = { binary: emitterFor(transport, { mode: Mode.BINARY }), structured: emitterFor(transport, { mode: Mode.STRUCTURED }) }
const lamp = { product_id: 'lamp', quantity: 1, price_minor: 4990, currency: 'EUR' }

async function tell(mode, type, data) {
  const event = new CloudEvent({ id: `${customer}-${type}`, type, source: '/shop', data: { customer_id: customer, ...data } })
  const answer = await modes[mode](event, { headers })
  if (JSON.parse(answer.body).taken !== 1) throw new Error(answer.body)
}

await tell('binary', 'product_viewed', { properties: lamp })
await tell('structured', 'product_added', { cart_id: `${customer}-cart`, properties: lamp })
await tell('binary', 'checkout_started', { order_id: `${customer}-order`, properties: { value_minor: 4990, currency: 'EUR' } })
await tell('structured', 'order_completed', { order_id: `${customer}-order`, properties: { total_minor: 5480, currency: 'EUR' } })
