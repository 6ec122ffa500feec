import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { elastiCache } from './elastiCache.ts'
import { Fault, pageOf } from './fault.ts'
import { loadBalancing } from './loadBalancing.ts'
import { changeRecords, ROUTE_53, route53, route53Operation } from './route53.ts'
import { type Key, type Refusal, verify } from './sigv4.ts'
import { type Form, parseForm, xml } from './wire.ts'

export type Tag = { Key: string; Value: string }
export type Parameter = {
  ParameterName: string
  ParameterValue?: string
  AllowedValues?: string
  IsModifiable: boolean
  ChangeType: 'immediate' | 'requires-reboot'
}
export type Weighted = { TargetGroupArn: string; Weight: number }
export type LiveAction = {
  Type: string
  Order?: number
  TargetGroupArn?: string
  ForwardConfig?: { TargetGroups: Weighted[]; TargetGroupStickinessConfig?: object }
} & Record<string, unknown>
export type LiveRule = { RuleArn: string; Priority: string; IsDefault: boolean; Conditions: object[]; Actions: LiveAction[] }

/** What there is in the account; tests change it as they like. */
export type Cloud = {
  clusters: Record<string, unknown>[]
  groups: Record<string, unknown>[]
  parameterGroups: Record<string, { parameters: Parameter[]; specific?: object[] }>
  balancers: Record<string, unknown>[]
  listeners: { ListenerArn: string; LoadBalancerArn: string; Port: number; Protocol: string; DefaultActions?: LiveAction[] }[]
  rules: Record<string, LiveRule[]>
  health: Record<string, string[]>
  distributions: Record<string, unknown>[]
  /** Hosted zones with their records, in Route 53's order. */
  zones: ({ Id: string; Name: string; records: Record<string, unknown>[] } & Record<string, unknown>)[]
  tags: Record<string, Tag[]>
  /** A minute's value of a metric; undefined: CloudWatch has none. */
  metric(query: { namespace: string; name: string; stat: string; dimensions: Record<string, string> }, minute: number): number | undefined
}

export type FakeAws = {
  cloud: Cloud
  url: string
  /** `service:Operation`, in the order in which they came, refused ones too. */
  asked: string[]
  /** IAM actions that are not allowed. */
  denied: Set<string>
  /** How often each operation is throttled before it is answered. */
  throttled: Map<string, number>
  /** Services that never answer. */
  hanging: Set<string>
  keys: Key[]
  /** Ids of keys that may only read. */
  readers: Set<string>
  /** Everything is answered by this. */
  refusing: Refusal | null
  /** Items of a page, and values of one GetMetricData answer. */
  pageSize: number
  valuesMax: number
  /** Called before a write is carried out: another writer's moment. */
  beforeWrite(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** By the signing name of each service: what IAM and the documentation call it. */
const SERVICES: Record<string, string> = {
  monitoring: 'cloudwatch',
  elasticache: 'elasticache',
  elasticloadbalancing: 'elasticloadbalancing',
  cloudfront: 'cloudfront',
  route53: 'route53',
}

/**
 * A server that speaks as much of five AWS APIs as Evenkeel asks, written from their published descriptions (API references, the query, AWS JSON 1.0
 * and REST XML protocols, Signature Version 4): strict about signatures, parameters and limits, with pages, throttling and refusals.
 */
export async function startAws(cloud: Cloud, region = 'eu-west-1'): Promise<FakeAws> {
  const sockets = new Set<Socket>()
  const fake: FakeAws = {
    cloud,
    url: '',
    asked: [],
    denied: new Set(),
    throttled: new Map(),
    hanging: new Set(),
    keys: [{ id: 'AKIDEXAMPLE', secret: 'secret+of/the=tests' }],
    readers: new Set(),
    refusing: null,
    pageSize: 2,
    valuesMax: 500,
    beforeWrite: () => {},
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => answer(fake, region, request, Buffer.concat(chunks), response))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

function answer(fake: FakeAws, region: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const scope = verify(request, body, fake.keys)
  const form = String(request.headers['content-type']).startsWith('application/x-www-form-urlencoded') ? parseForm(body.toString()) : {}
  const json = request.headers['x-amz-target'] !== undefined
  const end = (status: number, text: string, type = 'text/xml') =>
    response.writeHead(status, { 'content-type': json ? 'application/x-amz-json-1.0' : type, 'x-amzn-requestid': 'r-1' }).end(text)
  const refuse = ({ status, code, message }: Refusal) =>
    json
      ? end(status, JSON.stringify({ __type: `com.amazonaws.cloudwatch#${code}`, message }))
      : end(
          status,
          `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code>${xml('Message', message, String)}</Error><RequestId>r-1</RequestId></ErrorResponse>`,
        )
  if ('code' in scope) {
    refuse(scope)
    return
  }
  const service = SERVICES[scope.service]
  const operation = json ? String(request.headers['x-amz-target']).split('.')[1]! : ((form.Action as string) ?? restOperation(request))
  fake.asked.push(`${service}:${operation}`)
  if (fake.hanging.has(service!)) return
  const global = service === 'cloudfront' || service === 'route53' || (service === 'cloudwatch' && scope.region === 'us-east-1')
  if (!service || scope.region !== (global ? 'us-east-1' : region))
    refuse({ status: 403, code: 'SignatureDoesNotMatch', message: `Credential should be scoped to a valid region, not ${scope.region}` })
  else if (fake.refusing) refuse(fake.refusing)
  else if (fake.denied.has(`${service}:${operation}`) || (/^Modify/.test(operation) && fake.readers.has(scope.key)))
    refuse({
      status: service === 'cloudwatch' ? 400 : 403,
      code: service === 'cloudwatch' ? 'AccessDeniedException' : 'AccessDenied',
      message: `User: arn:aws:iam::123456789012:user/keel is not authorized to perform: ${service}:${operation} because no identity-based policy allows the ${service}:${operation} action`,
    })
  else if ((fake.throttled.get(`${service}:${operation}`) ?? 0) > 0) {
    fake.throttled.set(`${service}:${operation}`, fake.throttled.get(`${service}:${operation}`)! - 1)
    refuse({ status: 400, code: 'Throttling', message: 'Rate exceeded' })
  } else {
    try {
      if (/^Modify/.test(operation)) fake.beforeWrite()
      end(200, carriedOut(fake, service, operation, { form, body: body.toString(), url: new URL(request.url!, 'http://x') }))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      refuse({ status: error.status, code: error.code, message: error.message })
    }
  }
}

type Asked = { form: Record<string, Form>; body: string; url: URL }

function carriedOut(fake: FakeAws, service: string, operation: string, { form, body, url }: Asked): string {
  if (service === 'cloudwatch') return JSON.stringify(metricData(fake, JSON.parse(body)))
  if (service === 'route53') return operation === 'ChangeResourceRecordSets' ? changeRecords(fake, url, body) : route53(fake, url)
  if (service === 'cloudfront') return operation === 'ListTagsForResource' ? distributionTags(fake, url) : distributions(fake, url)
  const [result, memberOf, xmlns] =
    service === 'elasticache'
      ? [elastiCache(fake, operation, form), MEMBERS, 'http://elasticache.amazonaws.com/doc/2015-02-02/']
      : [loadBalancing(fake, operation, form), () => 'member', 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/']
  const version = service === 'elasticache' ? '2015-02-02' : '2015-12-01'
  if (form.Version !== version)
    throw new Fault('InvalidAction', `Could not find operation ${operation} for version ${String(form.Version)}`)
  return `<${operation}Response xmlns="${xmlns}">${xml(`${operation}Result`, result, memberOf)}<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${operation}Response>`
}

/** What ElastiCache calls the items of its lists. */
const MEMBERS = (list: string): string =>
  ({
    CacheNodeIdsToReboot: 'CacheNodeId',
    MemberClusters: 'ClusterId',
    TagList: 'Tag',
    NodeGroupMembers: 'NodeGroupMember',
  })[list] ?? list.replace(/s$/, '')

type MetricDataInput = {
  MetricDataQueries: {
    Id: string
    MetricStat: {
      Metric: { Namespace: string; MetricName: string; Dimensions: { Name: string; Value: string }[] }
      Period: number
      Stat: string
    }
  }[]
  StartTime: number
  EndTime: number
  NextToken?: string
}

function metricData(fake: FakeAws, { MetricDataQueries: queries, StartTime, EndTime, NextToken }: MetricDataInput): object {
  if (queries.length > 500) throw new Fault('ValidationError', 'The collection MetricDataQueries must not have a size greater than 500.')
  const ids = queries.map(({ Id }) => Id)
  if (new Set(ids).size !== ids.length || ids.some((id) => !/^[a-z][a-zA-Z0-9_]*$/.test(id))) throw new Fault('ValidationError', 'ids')
  if (!(StartTime < EndTime)) throw new Fault('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.')
  const all = queries.flatMap(({ Id, MetricStat: { Metric, Period, Stat } }) => {
    if (Period !== 60) throw new Fault('InvalidParameterValue', 'Period')
    const dimensions = Object.fromEntries(Metric.Dimensions.map(({ Name, Value }) => [Name, Value]))
    const values: { Id: string; at: number; value: number }[] = []
    for (let at = Math.floor(StartTime / 60) * 60; at < EndTime; at += 60) {
      const value = fake.cloud.metric({ namespace: Metric.Namespace, name: Metric.MetricName, stat: Stat, dimensions }, at * 1000)
      if (value !== undefined) values.push({ Id, at, value })
    }
    return values
  })
  const { items, next } = pageOf(all, NextToken, fake.valuesMax)
  const results = ids.map((Id) => {
    const own = items.filter((one) => one.Id === Id)
    return {
      Id,
      Label: Id,
      Timestamps: own.map(({ at }) => at),
      Values: own.map(({ value }) => value),
      StatusCode: next ? 'PartialData' : 'Complete',
    }
  })
  return { MetricDataResults: results, Messages: [], ...(next && { NextToken: next }) }
}

const restOperation = ({ url = '', method }: IncomingMessage) =>
  ROUTE_53.test(url) ? route53Operation(url, method) : url.startsWith('/2020-05-31/tagging') ? 'ListTagsForResource' : 'ListDistributions'

const CLOUDFRONT_MEMBERS: Record<string, string> = { 'DistributionList/Items': 'DistributionSummary' }

function distributions(fake: FakeAws, url: URL): string {
  if (url.pathname !== '/2020-05-31/distribution') throw new Fault('NoSuchOperation', 'path', 404)
  const { items, next } = pageOf(fake.cloud.distributions, url.searchParams.get('Marker') ?? undefined, fake.pageSize)
  const one = (distribution: Record<string, unknown>) =>
    xml('DistributionSummary', distribution, (list) => CLOUDFRONT_MEMBERS[list] ?? (list === 'Items' ? 'Method' : 'member'))
  return `<DistributionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Marker>${url.searchParams.get('Marker') ?? ''}</Marker>${next ? `<NextMarker>${next}</NextMarker>` : ''}<MaxItems>${fake.pageSize}</MaxItems><IsTruncated>${next !== undefined}</IsTruncated><Quantity>${items.length}</Quantity><Items>${items.map(one).join('')}</Items></DistributionList>`
}

function distributionTags(fake: FakeAws, url: URL): string {
  const tags = fake.cloud.tags[url.searchParams.get('Resource') ?? ''] ?? []
  return `<Tags xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">${xml('Items', tags, () => 'Tag')}</Tags>`
}
