import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CapturedLibrary, CLIENT_LIBRARIES, isInstalled, keysFor, written } from './clientLibraries.ts'

/** `node test/rings/captureClients.ts`: asks every client library that is installed, and keeps its answers as fixtures. */
const folder = join(import.meta.dirname, '../../lib/rings/fixtures/clients')
mkdirSync(folder, { recursive: true })
for (const library of CLIENT_LIBRARIES) {
  const { ask } = library
  if (!ask || !isInstalled(library)) {
    console.log(`${library.name}: not installed`)
    continue
  }
  let version = ''
  const rings = library.rings.map((spec) => {
    const answer = ask(spec, keysFor(library))
    version = answer.version
    return { spec, owners: written(answer.owners) }
  })
  const captured: CapturedLibrary = { library: library.name, version, rings }
  writeFileSync(join(folder, `${library.name}.json`), `${JSON.stringify(captured)}\n`)
  console.log(`${library.name} ${version}: ${rings.length} rings`)
}
