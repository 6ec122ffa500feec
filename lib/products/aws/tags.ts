/** Tags as each service answers them. */
type Answered = readonly { Key?: string | undefined; Value?: string | undefined }[]

export type Tags = Readonly<Record<string, string>>

/** Whether something has each of the wanted tags. */
export const hasTags = (own: Answered | undefined, wanted: Tags): boolean =>
  Object.entries(wanted).every(([key, value]) => own?.some(({ Key, Value = '' }) => Key === key && Value === value) === true)

export const anyTag = (wanted: Tags): boolean => Object.keys(wanted).length > 0

/** How long the answer to one resource's tags holds: each is a request of its own. */
const FRESH_MS = 600_000

/** A cache of whether things have the wanted tags, by ARN: of ElastiCache and CloudFront each costs a request. */
export function createTagged(wanted: Tags, now: () => number = Date.now) {
  const known = new Map<string, { at: number; has: boolean }>()
  return async (arn: string, ask: () => Promise<Answered | undefined>): Promise<boolean> => {
    if (!anyTag(wanted)) return true
    const before = known.get(arn)
    if (before && now() - before.at < FRESH_MS) return before.has
    const has = hasTags(await ask(), wanted)
    known.set(arn, { at: now(), has })
    return has
  }
}

export type Tagged = ReturnType<typeof createTagged>
