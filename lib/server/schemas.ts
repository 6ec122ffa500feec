import type { Schemas } from '../config/schema.ts'
import { detectors } from '../detectors/shelf.ts'
import { notifiers } from '../notifiers/shelf.ts'
import { products } from '../products/sources.ts'

/** What the configuration may name, from the shelves. */
export const schemas = (): Schemas => ({
  targets: Object.fromEntries(products.map((product) => [product.kind, product.config])),
  notifiers: Object.fromEntries(notifiers.map((notifier) => [notifier.kind, notifier.config])),
  rules: Object.fromEntries(detectors.map((detector) => [detector.id, detector.settings])),
})
