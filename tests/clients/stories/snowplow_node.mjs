// A lamp is looked at, put into the cart and bought, told by @snowplow/node-tracker with Snowplow's e-commerce schemas.
import { buildSelfDescribingEvent, newTracker } from '@snowplow/node-tracker'

const [url, key, customer] = process.argv.slice(2)
const ECOMMERCE = 'iglu:com.snowplowanalytics.snowplow.ecommerce'
const entity = (schema, data) => ({ schema: `${ECOMMERCE}/${schema}`, data })
const lamp = { id: 'lamp', name: 'Arc lamp', category: 'lighting', price: 49.9, quantity: 1, currency: 'EUR' }
const tracker = newTracker(
  { namespace: 'shop', appId: key },
  {
    endpoint: url,
    eventMethod: 'post',
    onRequestFailure: (failure) => {
      console.error(failure)
      process.exitCode = 1
    },
  }
)
tracker.setUserId(customer)
tracker.setDomainUserId(`${customer}-device`)

function tell(type, ...entities) {
  const action = entity('snowplow_ecommerce_action/jsonschema/1-0-2', { type })
  tracker.track(buildSelfDescribingEvent({ event: action }), entities)
}

tell('product_view', entity('product/jsonschema/1-0-0', lamp))
tell('add_to_cart', entity('product/jsonschema/1-0-0', lamp), entity('cart/jsonschema/1-0-0', { cart_id: `${customer}-cart`, total_value: 49.9, currency: 'EUR' }))
tell('checkout_step', entity('checkout_step/jsonschema/1-0-0', { step: 1 }))
tell(
  'transaction',
  entity('transaction/jsonschema/1-0-0', { transaction_id: `${customer}-order`, revenue: 54.8, currency: 'EUR', payment_method: 'card', total_quantity: 1 }),
  entity('product/jsonschema/1-0-0', lamp)
)
await tracker.flush()
