import type { Page } from '../../model/answers/shape.ts'
import type { TtlPolicyView } from '../../model/answers/ttl.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { TtlPolicy } from '../../model/topology.ts'
import { followerViews } from '../followers/followers.ts'
import { type Paging, page } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

export function listTtls(runtime: Runtime, paging?: Paging): Page<TtlPolicyView> {
  const ttls = [...runtime.engine.topology().ttls].sort((a, b) => (a.name < b.name ? -1 : 1))
  const { items, ...rest } = page(ttls, (ttl) => ttl.name, paging)
  return { items: items.map((ttl) => ttlView(runtime, ttl)), ...rest }
}

export function getTtl(runtime: Runtime, name: string): TtlPolicyView {
  const ttl = runtime.engine.topology().ttls.find((candidate) => candidate.name === name)
  if (!ttl) throw new EvenkeelError('not_found', 'There is no TTL policy of that name.')
  return ttlView(runtime, ttl)
}

const ttlView = (runtime: Runtime, ttl: TtlPolicy): TtlPolicyView => ({ ...ttl, followers: followerViews(ttl.followers, runtime.now()) })
