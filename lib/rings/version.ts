/** The release that a version begins with as a number that compares: 2,006,003 of `2.6.3` and of `2.6.3-beta.1`. Without a version the newest. */
export function releaseOf(version: string | undefined): number {
  if (version === undefined) return Number.POSITIVE_INFINITY
  const [, major, minor, patch] = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version) ?? []
  return Number(major ?? 0) * 1e6 + Number(minor ?? 0) * 1e3 + Number(patch ?? 0)
}
