import type { ConfigFile, FilePool } from './configFile.ts'
import type { StatRow } from './stat.ts'

/** The algorithms that hash, by the first word of `balance`. */
export const HASHED = new Set(['source', 'uri', 'url_param', 'hdr', 'rdp-cookie', 'hash'])

/** `uri` of `uri depth 2`. */
export const keywordOf = (balance: string) => /^[a-z_-]+/.exec(balance)?.[0] ?? balance

/** The algorithms that `show stat` calls by their names; it says `unknown` of every other one (`backend_lb_algo_str` of HAProxy's backend.c). */
const NAMED = new Set(['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'uri', 'url_param', 'hdr', 'rdp-cookie'])

/** The algorithm without `balance`: 3.3 made it random (its commit 93cc18ac4), roundrobin before; null where the version is not known. */
function usualAlgorithm(version: string | null): string | null {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  if (major === undefined) return null
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 3) ? 'random' : 'roundrobin'
}

/** The algorithm of a section, by its first word; null where the file does not tell it for certain. */
export function algorithmIn(file: FilePool, version: string | null): string | null {
  if (file.unclear.some((one) => one.of === 'balance')) return null
  return file.balance === undefined ? usualAlgorithm(version) : keywordOf(file.balance)
}

/** The file's section of this pool; none, and why, where the file says another algorithm than the one that runs: it was changed, not reloaded. */
export function sectionOf(
  row: StatRow,
  sections: ReadonlyMap<string, FilePool>,
  version: string | null,
): { file?: FilePool; stale?: string } {
  const found = sections.get(row.get('pxname') ?? '')
  if (!found) return {}
  const [running, said] = [row.get('algo'), algorithmIn(found, version)]
  const same = !running || said === null || (running === 'unknown' ? !NAMED.has(said) : running === said)
  if (same) return { file: found }
  const runs = running === 'unknown' ? 'another algorithm' : running
  return {
    stale: `the file says \`balance ${found.balance ?? said}\`, and ${runs} runs: it was changed and not reloaded, or is not the file that runs`,
  }
}

const NOT_IN_FILE = 'the file of `config` has no such backend: it was added at run time, or another file runs'

/** Why a pool's section does not tell what is asked; it has none, or not that of what runs. */
export const noSection = (stale: string | undefined, given: ConfigFile | null, what: string) =>
  stale ?? (given ? NOT_IN_FILE : `the statistics do not report the ${what}: give \`config\`, the path of haproxy.cfg`)
