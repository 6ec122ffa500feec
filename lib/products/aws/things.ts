/** What there is in an account, as JSON: from the answers of the Describe and List calls, nothing else in them. */
export type CacheNode = {
  of: 'cache'
  /** `shop-001`, or `pool:0002` of a memcached cluster of several nodes. */
  id: string
  address: string
  cluster: string
  node: string
  engine: string
  version: string
  nodeType: string
  /** `available`, or what is being done with it. */
  status: string
  group: string | null
  /** In its replication group; null: the API does not tell (cluster mode), or it is in none. */
  role: 'primary' | 'replica' | null
  parameterGroup: string | null
  /** Its changed parameters are not in force before it is rebooted. */
  pendingReboot: boolean
}

export type Member = {
  name: string
  arn: string
  weight: number
  /** Healthy targets of all; null: not known. */
  healthy: { of: number; up: number; draining: number } | null
}

/** A rule (or the default action) of a listener that forwards to target groups. */
export type ForwardRule = {
  name: string
  arn: string
  words: string
  stickySeconds: number | null
  members: Member[]
}

export type Balancer = {
  of: 'balancer'
  id: string
  address: string
  arn: string
  status: string
  rules: ForwardRule[]
}

export type Distribution = {
  of: 'distribution'
  id: string
  address: string
  enabled: boolean
  status: string
  /** Every behaviour takes GET, HEAD and OPTIONS alone: then each request without an error is one that the hit rate is of. */
  readsOnly: boolean
}

/** A record as Route 53 lists it, and as a batch of changes names it: all of it, for the one that is deleted must be the one that is there. */
export type WeightedRecord = {
  Name: string
  Type: string
  SetIdentifier: string
  Weight: number
  TTL?: number
  ResourceRecords?: { Value: string }[]
  AliasTarget?: { HostedZoneId: string; DNSName: string; EvaluateTargetHealth: boolean }
  HealthCheckId?: string
}

/** The records of one name and type, `www.shop.example A`, of which Route 53 answers one by weight. `ttl`: seconds; null: not told. */
export type WeightedName = {
  name: string
  ttl: number | null
  members: { id: string; weight: number; values: string[]; checked: boolean; record: WeightedRecord }[]
}

/** A hosted zone of Route 53. */
export type Zone = {
  of: 'zone'
  id: string
  address: string
  zone: string
  names: WeightedName[]
}

export type Thing = CacheNode | Balancer | Distribution | Zone

/** The parameters of a parameter group, by name, and what they come to on a type of node. */
export type Parameters = {
  values: Record<string, string>
  /** Bytes of memory of each type of node. */
  memory: Record<string, number>
}
