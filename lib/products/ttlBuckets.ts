/** Seconds of which buckets are kept: those of the horizon of all samples, and of servers whose clocks differ. */
const SECONDS = 2_048
/** Larger counts are rare: each is told by an object of its own. */
const COUNT_MOST = 255

type Bucket = [ms: number, count: number]

const seconds: { ms: number; told: Bucket[] }[] = []

/**
 * The bucket of a histogram that begins then and holds so many keys. Of many caches that each tell hundreds of them every second it is one object
 * for all that say the same: they are not changed.
 */
export function bucketOf(ms: number, count: number): Bucket {
  if (count > COUNT_MOST) return [ms, count]
  const place = Math.floor(ms / 1_000) % SECONDS
  let second = seconds[place]
  if (second?.ms !== ms) {
    second = { ms, told: [] }
    seconds[place] = second
  }
  const known = second.told[count]
  if (known) return known
  const made: Bucket = [ms, count]
  second.told[count] = made
  return made
}
