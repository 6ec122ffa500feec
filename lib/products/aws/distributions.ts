import type { DistributionSummary } from '@aws-sdk/client-cloudfront'
import type { Clients } from './clients.ts'
import { allOf, inTurn } from './pages.ts'
import type { Tagged } from './tags.ts'
import type { Distribution } from './things.ts'

/** Every CloudFront distribution of the account that has the tags. */
export async function readDistributions(clients: Clients, tagged: Tagged, signal: AbortSignal): Promise<Distribution[]> {
  const all = await allOf((Marker) =>
    clients.ask('cloudfront', 'ListDistributions', signal, async ({ sdk, client }, options) => {
      const { DistributionList: list } = await client.send(new sdk.ListDistributionsCommand({ MaxItems: 100, Marker }), options)
      return { items: list?.Items, next: list?.IsTruncated ? list.NextMarker : undefined }
    }),
  )
  const has = await inTurn(all, ({ ARN: arn }) =>
    arn === undefined
      ? Promise.resolve(false)
      : tagged(arn, () =>
          clients.ask('cloudfront', 'ListTagsForResource', signal, async ({ sdk, client }, options) => {
            const { Tags } = await client.send(new sdk.ListTagsForResourceCommand({ Resource: arn }), options)
            return Tags?.Items
          }),
        ),
  )
  return all.filter((_, at) => has[at]).flatMap(distributionOf)
}

const READS = new Set<string>(['GET', 'HEAD', 'OPTIONS'])

/** Pure. */
function distributionOf({
  Id,
  DomainName,
  Enabled,
  Status,
  DefaultCacheBehavior,
  CacheBehaviors,
}: Partial<DistributionSummary>): Distribution[] {
  if (Id === undefined) return []
  const behaviours = [DefaultCacheBehavior, ...(CacheBehaviors?.Items ?? [])]
  return [
    {
      of: 'distribution',
      id: Id,
      address: DomainName ?? Id,
      enabled: Enabled ?? false,
      status: Status ?? 'unknown',
      readsOnly: behaviours.every((one) => one?.AllowedMethods?.Items?.every((method) => READS.has(method)) ?? false),
    },
  ]
}
