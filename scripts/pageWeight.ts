import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** The most JavaScript that a page may load to start with, kB after gzip. */
export const MOST_KB = 250

export type PageWeight = { page: string; kb: number }

/**
 * Weighs the pages of a build: the scripts that the HTML of each page refers to. What a page imports later is not among them: bench/pages
 * counts it too, in a browser.
 */
export function pageWeights(build: string): PageWeight[] {
  const sizes = new Map<string, number>()
  const sizeOf = (file: string) => {
    const known = sizes.get(file) ?? gzipSync(readFileSync(join(build, file))).length
    sizes.set(file, known)
    return known
  }
  const always = (JSON.parse(readFileSync(join(build, 'build-manifest.json'), 'utf8')) as { rootMainFiles: string[] }).rootMainFiles
  const weights = manifests(join(build, 'server', 'app')).map((path) => {
    const { page, scripts } = scriptsOf(readFileSync(path, 'utf8'))
    const bytes = [...new Set([...always, ...scripts])].reduce((sum, file) => sum + sizeOf(file), 0)
    return { page, kb: bytes / 1_000 }
  })
  return weights.sort((a, b) => b.kb - a.kb)
}

const MANIFEST = 'page_client-reference-manifest.js'
const manifests = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === MANIFEST)
    .map((entry) => join(entry.parentPath, entry.name))

/** Reads Next's manifest of one page: `globalThis.__RSC_MANIFEST["/page"] = {…}`, of which `entryJSFiles` has the scripts of each layout and page. */
export function scriptsOf(manifest: string): { page: string; scripts: string[] } {
  const at = /__RSC_MANIFEST\[("(?:[^"\\]|\\.)*")\]\s*=\s*(\{[\s\S]*\});?\s*$/.exec(manifest)
  const entries = at && (JSON.parse(at[2]!) as { entryJSFiles?: Record<string, string[]> }).entryJSFiles
  if (!entries) throw new Error(`${MANIFEST} has another form than expected: this version of Next writes it otherwise`)
  const page = (JSON.parse(at[1]!) as string).replace(/\/page$/, '') || '/'
  return { page, scripts: Object.values(entries).flat() }
}

/** The pages that are too heavy, as sentences; nothing when none is, or when there is no build. */
export function tooHeavy(build: string): string[] {
  if (!existsSync(join(build, 'build-manifest.json'))) return []
  return pageWeights(build)
    .filter(({ kb }) => kb > MOST_KB)
    .map(
      ({ page, kb }) =>
        `${page} loads ${Math.round(kb)} kB of JavaScript (gzip), at most ${MOST_KB} are allowed: import later what it needs later`,
    )
}
