import { isDeepStrictEqual } from 'node:util'
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
export const route53Operation = (path: string, method = 'GET'): string =>
  method === 'POST' ? 'ChangeResourceRecordSets' : /\/rrset(\?|$)/.test(path) ? 'ListResourceRecordSets' : 'ListHostedZonesByName'

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

type Nested = { [tag: string]: Nested | string | Nested[] }

/** A batch of changes, all or none: what is deleted must be there exactly so, what is created must not. */
export function changeRecords(fake: FakeAws, url: URL, body: string): string {
  const [, id] = /^\/2013-04-01\/hostedzone\/([A-Z0-9]+)\/rrset\/?$/.exec(url.pathname) ?? []
  const zone = fake.cloud.zones.find(({ Id }) => Id === `/hostedzone/${id}`)
  if (!zone) throw new Fault('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
  const changes = [...body.matchAll(/<Change>(.*?)<\/Change>/gs)].map(
    ([, inner]) => nested(inner!) as { Action: string; ResourceRecordSet: Nested },
  )
  if (changes.length === 0) throw new Fault('InvalidInput', 'a batch has at least one change')
  const keyOf = ({ Name, Type, SetIdentifier = '' }: Record<string, unknown>) => `${Name} ${Type} ${SetIdentifier}`
  const same = (record: Record<string, unknown>, given: Nested) =>
    isDeepStrictEqual(nested(xml('X', record, (list) => MEMBERS[list]!)).X, given)
  const after = [...zone.records]
  for (const { Action, ResourceRecordSet: given } of changes) {
    const at = after.findIndex((record) => keyOf(record) === keyOf(given))
    const what = `Tried to ${Action.toLowerCase()} resource record set [name='${given.Name}', type='${given.Type}']`
    if (Action === 'DELETE') {
      if (at < 0 || !same(after[at]!, given))
        throw new Fault('InvalidChangeBatch', `[${what} but the values provided do not match the current values]`)
      after.splice(at, 1)
    } else if (Action === 'CREATE') {
      if (at >= 0) throw new Fault('InvalidChangeBatch', `[${what} but it already exists]`)
      after.push(typed(given))
    } else throw new Fault('InvalidInput', `Action ${Action}`)
  }
  zone.records.splice(0, zone.records.length, ...after)
  return answer('ChangeResourceRecordSetsResponse', {
    ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: '2026-01-01T00:00:00Z' },
  })
}

/** Elements without attributes as nested values; those of a list as a list. */
function nested(text: string): Nested {
  const out: Nested = {}
  for (const [, tag, inner] of text.matchAll(/<(\w+)(?: [^>]*)?>(.*?)<\/\1>/gs)) {
    const member = MEMBERS[tag!]
    if (member) out[tag!] = [...inner!.matchAll(new RegExp(`<${member}>(.*?)</${member}>`, 'gs'))].map(([, one]) => nested(one!))
    else out[tag!] = /<\w/.test(inner!) ? nested(inner!) : inner!.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
  }
  return out
}

const typed = ({ Weight, TTL, ...rest }: Nested): Record<string, unknown> => {
  const alias = rest.AliasTarget as Nested | undefined
  return {
    ...rest,
    Weight: Number(Weight),
    ...(TTL !== undefined && { TTL: Number(TTL) }),
    ...(alias && { AliasTarget: { ...alias, EvaluateTargetHealth: alias.EvaluateTargetHealth === 'true' } }),
  }
}

const answer = (name: string, body: Record<string, unknown>) =>
  `<?xml version="1.0"?>${xml(name, body, (list) => MEMBERS[list]!).replace(`<${name}>`, `<${name} xmlns="${XMLNS}">`)}`
