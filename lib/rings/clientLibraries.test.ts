import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CapturedLibrary, CLIENT_LIBRARIES, keysFor, written } from '../../test/rings/clientLibraries.ts'
import { locate } from './placement.ts'
import { parseSpec } from './spec.ts'

const folder = join(import.meta.dirname, 'fixtures/clients')
const captured = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CapturedLibrary)

describe('each key goes where the library itself sends it', () => {
  it('has an answer of every library', () => {
    expect(captured.map(({ library }) => library).sort()).toEqual(CLIENT_LIBRARIES.map(({ name }) => name).sort())
  })

  it.each(captured.map((one) => [`${one.library} ${one.version}`, one] as const))('%s', (_, { library, rings }) => {
    const keys = keysFor({ name: library })
    expect(rings.length).toBeGreaterThan(2)
    for (const { spec, owners } of rings) {
      const find = locate(parseSpec(spec))
      const places = new Map(spec.nodes.map(({ name }, i) => [name, i]))
      expect(owners).toHaveLength(keys.length)
      expect(written(keys.map((key) => places.get(find(key) ?? '') ?? null)), `${spec.nodes.length} nodes`).toBe(owners)
    }
  })
})
