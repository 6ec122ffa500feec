import { EvenkeelError } from '../model/error.ts'
import type { TtlPolicy } from '../model/topology.ts'
import type { Page, TtlPolicyView } from '../model/views.ts'
import { followerViews } from './followers.ts'
import type { House } from './house.ts'
import { type Paging, page } from './paging.ts'

export function listTtls(house: House, paging?: Paging): Page<TtlPolicyView> {
  const ttls = [...house.engine.topology().ttls].sort((a, b) => (a.name < b.name ? -1 : 1))
  const { items, ...rest } = page(ttls, (ttl) => ttl.name, paging)
  return { items: items.map((ttl) => ttlView(house, ttl)), ...rest }
}

export function getTtl(house: House, name: string): TtlPolicyView {
  const ttl = house.engine.topology().ttls.find((candidate) => candidate.name === name)
  if (!ttl) throw new EvenkeelError('not_found', 'There is no TTL policy of that name.')
  return ttlView(house, ttl)
}

const ttlView = (house: House, ttl: TtlPolicy): TtlPolicyView => ({ ...ttl, followers: followerViews(ttl.followers, house.now()) })
