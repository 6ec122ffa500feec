import type { Snippet } from '../../model/code.ts'
import type { Edit } from '../../model/product.ts'
import { type ManagedNames, managedCache } from '../code/managedCache.ts'
import { type CloudThing, cloudExporter } from './cloudThings.ts'

/** Parameters of a cache as the command of the provider whose exporter tells of it, with its name in it; of any other exporter's cache by each provider's. */
export function cloudCode(thing: CloudThing | undefined, edits: readonly Edit[]): Snippet[] {
  if (thing === undefined) return managedCache(['aws', 'gcloud', 'az'], edits)
  const { provider, fixed } = cloudExporter(thing.exporter).cloud
  return fixed ? [] : managedCache([provider], edits, namesOf(thing))
}

function namesOf({ exporter, labels, name }: CloudThing): ManagedNames {
  if (exporter === 'yace_elasticache')
    return { aws: { cluster: labels.dimension_CacheClusterId ?? labels.dimension_cache_cluster_id ?? name } }
  const google = /^projects\/([^/]+)\/locations\/([^/]+)\/instances\/([^/]+)$/.exec(labels.instance_id ?? '')
  if (google) return { google: { project: google[1]!, region: google[2]!, instance: google[3]! } }
  const azure = /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/microsoft\.cache\/redis(enterprise)?\/([^/]+)$/i.exec(
    labels.resourceID ?? '',
  )
  return azure ? { azure: { subscription: azure[1]!, group: azure[2]!, name: azure[4]!, enterprise: azure[3] !== undefined } } : {}
}
