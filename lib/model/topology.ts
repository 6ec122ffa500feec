import type { Admission } from './admission.ts'
import type { Edge } from './edges.ts'
import type { BalancerGroup } from './group.ts'
import type { HeldWeight } from './heldWeight.ts'
import type { LeftOut } from './limits.ts'
import type { PriceList } from './prices.ts'
import type { Retries } from './retries.ts'
import type { RingSpec } from './ring.ts'
import type { Labels } from './series.ts'
import type { OpenSlotFact } from './slots.ts'

/** A service with what answers for it. `ready`: it takes requests now. */
export type ServiceFacts = { name: string; members: { host: string; ready: boolean }[] }

export type TargetState = 'up' | 'down' | 'unknown'
export type Role = 'cache' | 'store'

/** A capability: what can be read or written on one target, probed and never assumed. */
export type Capability = { feature: string; available: boolean; because?: string }

/** The setting that holds a memory limit in bytes: what it takes are multiples of `unitBytes`, from `leastBytes` on. */
export type MemorySetting = { setting: string; unitBytes: number; leastBytes: number }
/** The settings that hold the rule of eviction, and how many keys that compares. */
export type EvictionSettings = { policy: string; samples: string }

/** The abilities of a kind of server, declared once by its product, so that rules, remedies and pages need not name products. */
export type TargetAbilities = {
  /** Its memory limit, where more memory may be proposed. */
  memory?: MemorySetting
  /** The setting that lets it move memory between its classes of sizes, where it cuts memory up by size (a slab allocator). */
  slabs?: string
  eviction?: EvictionSettings
  /** Which keys are read and written can be told of it (`references` in the configuration), from which its curves follow. */
  references?: true
  /** It keeps a log of slow commands, during each of which all its clients wait. */
  slowLog?: true
  /** It can have replicas, and says how many it has. */
  replicas?: true
  /** Ring and TTL control documents can live on it. */
  documents?: true
  /** The end of each of its keys can be set anew, one by one. */
  retime?: true
  /** Its commands can be listened to in bursts, with a person's consent: what is listened to and what that costs the server, as "… would listen to its" goes on. */
  bursts?: string
  /** Ends of its keys are counted when a read or its crawler's next pass finds them: up to a minute late, and many at once. */
  countsEndsLate?: true
  /** It is one process on one machine: nothing takes over from it unless a second one does. */
  alone?: true
}

/** A node of a Redis or Valkey Cluster as it sees itself: its id and address there, the slots that it serves and those that it has open. */
export type ClusterFacts = { id: string; slots: number; node?: string; address?: string; open?: OpenSlotFact[] }

export type TargetFacts = {
  name: string
  kind: string
  can?: TargetAbilities
  /** Only caches and stores have one. */
  role?: Role
  /** What its configuration calls it by: its team, its environment. Of a control document: those that all targets of its ring share. */
  labels?: Labels
  /** The machine that it runs on, as its address names it: names are not looked up. Absent behind a socket file, or where another server is read for it. */
  host?: string
  state: TargetState
  /** Epoch ms since when it is in that state. */
  since?: number
  /** Why it is down or unknown, in a sentence without secrets. */
  error?: string
  version?: string
  /** Changes when the server restarted. */
  runId?: string
  /** The Redis Cluster that it is a node of, and how many slots it serves. */
  cluster?: ClusterFacts
  /** The family of a primary and its replicas, by the id of their replication stream, and its place in it. */
  replication?: { id: string; role: 'primary' | 'replica' }
  /** Of what is seen through its provider: how far apart values are, and how much later than they were measured they are told. */
  resolution?: { everyMs: number; lateMs: number }
  /** Of an orchestrator: the services that it keeps, by the hosts that stand behind each. */
  services?: ServiceFacts[]
  /** Servers and pools beyond what is read of one target. */
  left?: LeftOut
  capabilities: Capability[]
}

export type ServerState = 'up' | 'down' | 'drain' | 'maint'

export type PoolServer = {
  name: string
  address: string
  /** HAProxy's `sid`: the number that its ring hashes. */
  id: number
  weightSet: number
  weightEffective: number
  state: ServerState
  /** A backup takes no traffic while another server is up. */
  backup?: boolean
  /** Weight in the configuration file, where it could be read. */
  weightFile?: number
  /** What the running product started it with; a `fixedWeights` pool takes no other weight but 0. */
  weightInitial?: number
  /** Where the configuration file says otherwise than what runs: the line to write. */
  fileLine?: FileLine
  /** The product itself raises its weight slowly when it comes up: HAProxy's `slowstart`. */
  slowstart?: boolean
  /** How long its health check takes at most to take it out once it refuses, ms; null: it has none. Absent: not told, or traffic itself counts as a check. */
  detectMs?: number | null
  /** Why the product itself has taken it out, in the middle of a sentence, where that is told with its state. */
  downBecause?: string
  /** Of one that somebody took out: the setting that brings it back, where that is not its state in the pool. `words`: what then decides. */
  returns?: { setting: string; after: string; words: string }
  /** Who besides Evenkeel moves this weight: an agent check, slowstart. */
  otherWriter?: string
}

/** A line of the configuration as it stands at `FILE:LINE`, and as it would have to be; without `wanted`, `notes` say why no line can. */
export type FileLine = { where: string; now: string; wanted?: string; notes: string[] }

/** Whether something can be done, else why not, in the middle of a sentence. `asCode`: its code writer gives the code that does it. */
export type Can = true | { because: string; asCode?: true }

/** The abilities of a pool at run time, declared by the product that would carry them out, for all other code to ask. */
export type PoolAbilities = {
  /** Another weight at run time, of any server: not in every algorithm. */
  weight: Can
  /** Connection draining: a server is taken out of new requests, and brought back. */
  state: Can
  /** Slow start: a server that returns gets its weight in stages. Not where each stage would be a reload. */
  slowStart: Can
  /** Another limit of requests at once, of any server (`maxconn`). Absent: the product has none that can be set at run time. */
  limit?: Can
}

export type Pool = {
  target: string
  name: string
  /** As the product says it: `roundrobin`, `leastconn`, `uri consistent`, … */
  algorithm: string
  /** How shares follow: by weight (round robin), by load (leastconn), by hash of the request. */
  balances: 'weight' | 'load' | 'hash' | 'unknown'
  /** The algorithm keeps a table: at run time each server takes its weight from the file, or 0. */
  fixedWeights?: boolean
  can: PoolAbilities
  /** The lines of its configuration with which weights can be set at run time, where they cannot now; the ring that they make. */
  tunable?: { lines: string; becomes?: RingSpec }
  /** What to do about keys that move needlessly, in the words of its configuration; the ring that it makes. */
  consistent?: { advice: string; becomes?: RingSpec }
  /** Of several backups only the first one serves, as HAProxy without `option allbackups`. */
  firstBackupOnly?: boolean
  /** The servers are the addresses of a name that clients look up, and may keep for so long. */
  ttlMs?: number
  /** Largest weight the product takes, and the smallest that still gets traffic. */
  weightMax: number
  /** Why shares do not follow the algorithm alone: `cookie SRV`, `stick on src`. */
  sticky?: string
  /** Lines of its configuration by which sessions would move sooner, and by which a hash would take the place of their table. */
  unstick?: { sooner: string; hash: string }
  /** The pool's ring, where it hashes and the configuration says how. */
  ring?: RingSpec
  /** Why there is none although it hashes. */
  ringBecause?: string
  /** What its configuration or its server says of it that is not understood, a sentence each, uncertain statements among them. */
  unknown?: string[]
  /** Where a weight set at run time does not outlive a reload: why, and how the file's section begins in which its servers stand. */
  lasting?: { because: string; section: string; line: string }
  /** What a reload does to weights and states set at run time, and what is to be run before it so that they last. */
  reload?: { keeps: boolean; text: string; command?: string }
  /** What limits the requests before its servers get them. Absent: the product does not tell. */
  admission?: Admission
  /** How often it sends a request again that a server has not answered. Absent: the product does not tell. */
  retries?: Retries
  /** How the product takes servers out by the answers that they give (outlier detection), and what it has taken out; a sentence each. */
  passiveChecks?: string[]
  /** So many servers are there but not read: their rows cannot be, or they are beyond what is read of one target; then `servers` is empty. */
  serversLeft?: number
  /** Why there may be servers besides `servers`: then nothing concludes from how many there are. */
  serversBecause?: string
  /** By server: weight that it was relieved of because it was slow, and that nobody has given back. What the journal of changes knows, for rules and advisors. */
  held?: ReadonlyMap<string, HeldWeight>
  servers: PoolServer[]
}

export type RingFollower = { name: string; version: number; seenAt: number }

export type RingNodeFact = { name: string; target?: string; address: string; points?: number; weight?: number }

export type Ring = {
  name: string
  spec: RingSpec
  /** Of the control document; 0 when there is none yet. */
  version: number
  control: { target: string; key: string }
  nodes: RingNodeFact[]
  followers: RingFollower[]
  /** How many should follow, from the configuration. */
  followersExpected?: number
  /** Why the document cannot be read now. */
  error?: string
}

export type TtlPolicy = {
  name: string
  match: string
  ttlMs: number
  /** A key's TTL is drawn evenly from ttl·(1−jitter) to ttl·(1+jitter). */
  jitter: number
  version: number
  control: { target: string; key: string }
  followers: RingFollower[]
  followersExpected?: number
  error?: string
}

export type Topology = {
  targets: TargetFacts[]
  pools: Pool[]
  rings: Ring[]
  ttls: TtlPolicy[]
  edges: Edge[]
  /** Groups of identical balancers, as the configuration gives them. */
  groups?: BalancerGroup[]
  /** What memory and the origin cost, from the configuration. */
  prices?: PriceList
}

export const emptyTopology = (): Topology => ({ targets: [], pools: [], rings: [], ttls: [], edges: [] })
