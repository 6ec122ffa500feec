import type { HostedZone, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { EvenkeelError } from '../../model/error.ts'
import type { Clients } from './clients.ts'
import { allOf, inTurn } from './pages.ts'
import type { WeightedName, WeightedRecord, Zone } from './things.ts'

const SERVICE = 'route53'
/** Hosted zones of one name: a public one, and private ones of several networks. */
const SAME_NAME = 20
/** Records of other types are not what clients connect to. */
const TYPES = new Set(['A', 'AAAA', 'CNAME'])

/** The hosted zones of these names, with their weighted records. Throws `not_found` for a name that has none. */
export async function readZones(clients: Clients, names: readonly string[], signal: AbortSignal): Promise<Zone[]> {
  // Route 53 takes five requests a second of an account, whoever asks.
  const found = await inTurn(names, (name) => zonesOf(clients, name, signal), 1)
  return inTurn(found.flat(), async (zone) => ({ ...zone, names: weightedNames(await readRecords(clients, zone.zone, signal)) }), 1)
}

async function zonesOf(clients: Clients, name: string, signal: AbortSignal): Promise<Omit<Zone, 'names'>[]> {
  const zones = await clients.ask(SERVICE, 'ListHostedZonesByName', signal, async ({ sdk, client }, options) => {
    const { HostedZones } = await client.send(new sdk.ListHostedZonesByNameCommand({ DNSName: name, MaxItems: SAME_NAME }), options)
    return HostedZones ?? []
  })
  // The list begins with that name and goes on with others.
  const own = zones.filter((zone) => bare(zone.Name ?? '') === bare(name))
  if (own.length === 0) throw new EvenkeelError('not_found', `Route 53 has no hosted zone ${name}`)
  return own.map((zone) => {
    const zoneId = idOf(zone)
    const isPrivate = zone.Config?.PrivateZone === true
    const id = own.length === 1 ? bare(name) : `${bare(name)} ${isPrivate ? 'private ' : ''}${zoneId}`
    return { of: 'zone', id, address: `${bare(name)} (${zoneId})`, zone: zoneId }
  })
}

const readRecords = (clients: Clients, zone: string, signal: AbortSignal): Promise<ResourceRecordSet[]> =>
  allOf((marker) =>
    clients.ask(SERVICE, 'ListResourceRecordSets', signal, async ({ sdk, client }, options) => {
      const from = marker === undefined ? {} : (JSON.parse(marker) as object)
      const answer = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 300, ...from }), options)
      const { IsTruncated, NextRecordName, NextRecordType, NextRecordIdentifier } = answer
      const next = {
        StartRecordName: NextRecordName,
        StartRecordType: NextRecordType,
        ...(NextRecordIdentifier && { StartRecordIdentifier: NextRecordIdentifier }),
      }
      return { items: answer.ResourceRecordSets, next: IsTruncated ? JSON.stringify(next) : undefined }
    }),
  )

/** Records of one name and type that Route 53 answers by weight. Pure. */
function weightedNames(records: readonly ResourceRecordSet[]): WeightedName[] {
  const weighted = records.filter(({ Weight, Type }) => Weight !== undefined && TYPES.has(Type ?? ''))
  const byName = Map.groupBy(weighted, ({ Name = '', Type = '' }) => `${bare(Name)} ${Type}`)
  // Of one record alone its weight says nothing.
  const several = [...byName].filter(([, all]) => all.length > 1)
  return several.map(([name, all]) => ({
    name,
    // Of an alias the TTL is its target's, and not told.
    ttl: all.some(({ TTL }) => TTL === undefined) ? null : Math.max(...all.map(({ TTL }) => TTL!)),
    members: all.map(({ SetIdentifier, Weight, ResourceRecords, AliasTarget, HealthCheckId, ...record }) => ({
      id: SetIdentifier ?? '',
      weight: Weight!,
      values: AliasTarget ? [bare(AliasTarget.DNSName ?? '')] : (ResourceRecords ?? []).flatMap(({ Value }) => Value ?? []),
      checked: HealthCheckId !== undefined || AliasTarget?.EvaluateTargetHealth === true,
      // As plain JSON: what the SDK leaves open is not there.
      record: JSON.parse(
        JSON.stringify({ ...record, SetIdentifier, Weight, ResourceRecords, AliasTarget, HealthCheckId }),
      ) as WeightedRecord,
    })),
  }))
}

const bare = (name: string) => name.replace(/\.$/, '').toLowerCase()
const idOf = ({ Id = '' }: HostedZone) => Id.replace(/^\/hostedzone\//, '')
