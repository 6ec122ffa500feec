import { z } from 'zod'
import type { Reversal } from '../../model/change.ts'

/** One CONFIG parameter that Evenkeel reads and may write; what is not in this list is refused. */
export type RedisSetting = { name: string; value: z.ZodType<string>; reversal: Reversal; lost?: string }

const integer = (low: number, high: number, words: string) =>
  z.string().refine((text) => /^-?\d{1,15}$/.test(text) && Number(text) >= low && Number(text) <= high, { message: words })
const yesNo = z.enum(['yes', 'no'], { error: 'allowed: yes, no' })

const POLICIES = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-lrm',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-lrm',
  'volatile-random',
  'volatile-ttl',
] as const

const MEGABYTE = 1_048_576
const MAXMEMORY_MAX = 8_796_093_022_208 // 8 TiB: above any machine, below what a double stops holding exactly

export const REDIS_SETTINGS: RedisSetting[] = [
  {
    name: 'maxmemory',
    value: z
      .string()
      .refine((text) => text === '0' || (/^\d{1,15}$/.test(text) && Number(text) >= MEGABYTE && Number(text) <= MAXMEMORY_MAX), {
        message: 'bytes as digits, at least 1048576 (1 MiB), or 0 for no limit',
      }),
    reversal: 'lossy',
    lost: 'keys that were evicted while the memory was lower',
  },
  {
    name: 'maxmemory-policy',
    value: z.enum(POLICIES, { error: `allowed: ${POLICIES.join(', ')}` }),
    reversal: 'lossy',
    lost: 'keys that the other policy evicted, and the ages or counts that a policy keeps with each key',
  },
  { name: 'maxmemory-samples', value: integer(1, 64, 'a whole number from 1 to 64'), reversal: 'exact' },
  { name: 'lfu-log-factor', value: integer(0, 1_000, 'a whole number from 0 to 1000'), reversal: 'exact' },
  { name: 'lfu-decay-time', value: integer(0, 10_000, 'minutes, a whole number from 0 to 10000'), reversal: 'exact' },
  ...['eviction', 'expire', 'server-del', 'user-del', 'user-flush'].map(
    (what): RedisSetting => ({ name: `lazyfree-lazy-${what}`, value: yesNo, reversal: 'exact' }),
  ),
  { name: 'activedefrag', value: yesNo, reversal: 'exact' },
  {
    name: 'slowlog-log-slower-than',
    value: integer(-1, 3_600_000_000, 'µs, a whole number; 0 logs everything, -1 nothing'),
    reversal: 'exact',
  },
  {
    name: 'slowlog-max-len',
    value: integer(1, 100_000, 'a whole number from 1 to 100000'),
    reversal: 'lossy',
    lost: 'entries of the log beyond the shorter length',
  },
  { name: 'latency-monitor-threshold', value: integer(0, 3_600_000, 'ms, a whole number; 0 switches it off'), reversal: 'exact' },
  { name: 'hz', value: integer(1, 500, 'a whole number from 1 to 500'), reversal: 'exact' },
]

export const REDIS_SETTING_NAMES = REDIS_SETTINGS.map((setting) => setting.name)
