import type { FakeAws } from './cloud.ts'
import { Fault } from './fault.ts'
import { xml } from './wire.ts'

const XMLNS = 'https://route53.amazonaws.com/doc/2013-04-01/'
const MEMBERS: Record<string, string> = {
  HostedZones: 'HostedZone',
  ResourceRecordSets: 'ResourceRecordSet',
  ResourceRecords: 'ResourceRecord',
}

export const ROUTE_53 = /^\/2013-04-01\//

/** The operation that a path of its REST protocol is. */
export const route53Operation = (path: string): string => (/\/rrset(\?|$)/.test(path) ? 'ListResourceRecordSets' : 'ListHostedZonesByName')

/** Zones from a name on; records of a zone in pages that go on at a name, a type and an identifier together. */
export function route53(fake: FakeAws, url: URL): string {
  const { zones } = fake.cloud
  const query = url.searchParams
  if (url.pathname === '/2013-04-01/hostedzonesbyname') {
    const from = zones.findIndex(({ Name }) => Name === `${query.get('dnsname')}.`)
    const items = from < 0 ? [] : zones.slice(from, from + Number(query.get('maxitems')))
    const HostedZones = items.map(({ records: _, ...zone }) => zone)
    return answer('ListHostedZonesByNameResponse', { HostedZones, IsTruncated: false, MaxItems: 20 })
  }
  const [, id] = /^\/2013-04-01\/hostedzone\/([A-Z0-9]+)\/rrset$/.exec(url.pathname) ?? []
  const zone = zones.find(({ Id }) => Id === `/hostedzone/${id}`)
  if (!zone) throw new Fault('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
  if (query.has('identifier') && !query.has('type')) throw new Fault('InvalidInput', 'identifier without type')
  const begins = ['name', 'type', 'identifier'].map((name) => query.get(name))
  const keyOf = ({ Name, Type, SetIdentifier = null }: Record<string, unknown>) => [Name, Type, SetIdentifier]
  const from = begins[0] === null ? 0 : zone.records.findIndex((record) => keyOf(record).every((part, i) => part === begins[i]))
  if (from < 0) throw new Fault('InvalidInput', 'no such record to begin with')
  const items = zone.records.slice(from, from + fake.pageSize)
  const next = zone.records[from + fake.pageSize]
  return answer('ListResourceRecordSetsResponse', {
    ResourceRecordSets: items,
    IsTruncated: next !== undefined,
    ...(next && { NextRecordName: next.Name, NextRecordType: next.Type, NextRecordIdentifier: next.SetIdentifier }),
    MaxItems: 300,
  })
}

const answer = (name: string, body: Record<string, unknown>) =>
  `<?xml version="1.0"?>${xml(name, body, (list) => MEMBERS[list]!).replace(`<${name}>`, `<${name} xmlns="${XMLNS}">`)}`
