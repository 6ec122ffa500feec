import { EvenkeelError } from '../../model/error.ts'
import type { ProductText } from '../../model/product.ts'
import type { RingSpec } from '../../model/ring.ts'
import { addressOf, liveNodes, weightOf } from '../../rings/algorithm.ts'
import { weighsPoints } from '../../rings/algorithms/libmemcached.ts'
import { bareWord, distinct } from '../bareWord.ts'

const PLACE = /^[A-Za-z0-9_][\w.-]*(?::\d{1,5})?$/

/**
 * The configuration string of libmemcached, the client whose ring this is. It holds no state, so that a server that is out is left out, and
 * no behaviour of a ring: that is set in the program. The library's parser refuses line breaks and comments between servers.
 */
export function writes(spec: RingSpec): ProductText | null {
  if (spec.algorithm !== 'libmemcached') return null
  const live = liveNodes(spec).map(({ node }) => node)
  if (live.length === 0) throw new EvenkeelError('invalid', 'No server of it takes keys: the configuration needs at least one')
  if (weighsPoints(spec) !== weighsPoints({ ...spec, nodes: live }))
    throw new EvenkeelError('invalid', 'Only a server that is out has a weight above 1: without it the library no longer weighs its points')
  distinct(live.map(addressOf), 'An address')
  return {
    title: `memcached(3), with the behaviour MEMCACHED_BEHAVIOR_KETAMA${spec.options?.weighted ? '_WEIGHTED' : ''}`,
    text: live.map((node) => `--SERVER=${bareWord(addressOf(node), 'An address', PLACE)}/?${weightOf(node)}`).join(' '),
  }
}
