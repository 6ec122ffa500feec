import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'
import { licences, type Sbom } from './licences.ts'

/** `npm run sbom`: what the product is made of, as CycloneDX (by npm itself) and as a list of licences, both from package-lock.json. */
export async function main(args: string[]): Promise<number> {
  if (args.length > 0) throw new Stop('npm run sbom takes no arguments.', 2)
  const { stdout } = await promisify(execFile)('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--omit', 'dev'], {
    cwd: root,
    maxBuffer: 64_000_000,
  })
  const sbom = JSON.parse(stdout) as Sbom
  // npm takes the name of the folder.
  sbom.metadata.component.name = 'evenkeel'
  const dist = join(root, 'dist')
  mkdirSync(dist, { recursive: true })
  writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`)
  const { text, unknown } = licences(sbom)
  writeFileSync(join(dist, 'licences.md'), text)
  process.stdout.write(`dist/sbom.cdx.json, dist/licences.md: ${sbom.components.length} packages\n`)
  if (unknown.length > 0)
    throw new Stop(`These name a licence that scripts/licences.ts does not know: ${unknown.join(', ')}. Read it, then add it there.`)
  return 0
}
