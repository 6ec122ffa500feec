import { advisors } from '../advisors/registry.ts'
import type { Schemas } from '../config/schema.ts'
import { detectors } from '../detectors/registry.ts'
import { notifiers } from '../notifiers/registry.ts'
import { products } from '../products/sources.ts'

/** What the configuration may name, from the registries. */
export const schemas = (): Schemas => ({
  // Control documents are configured under `rings:` and `ttls:`; the server makes their targets.
  targets: Object.fromEntries(products.filter(({ kind }) => kind !== 'control').map((product) => [product.kind, product.config])),
  documents: products.filter(({ can }) => can?.documents).map(({ kind }) => kind),
  notifiers: Object.fromEntries(notifiers.map((notifier) => [notifier.kind, notifier.config])),
  rules: Object.fromEntries(detectors.map((detector) => [detector.id, detector.settings])),
  unattended: advisors.filter(({ unattended }) => unattended !== undefined).map(({ id }) => id),
})
