import type { DatabaseSync } from 'node:sqlite'
import type { Store } from '../model/store.ts'
import type { OnDamaged } from './damagedRows.ts'
import type { Saving } from './saving.ts'
import { readRow } from './shapes.ts'

/** Prefixes without reserved space on a full disk: notices are delivered at least once, so their outbox needs none. */
const UNSPARED = ['outbox', 'said/', 'told/']

/** Small things by key, as JSON: all in memory, each written to its row when it is put. */
export function memoryOf(db: DatabaseSync, saving: Saving, onDamaged: OnDamaged): Store['memory'] {
  const kept = new Map<string, string>()
  for (const { key, json } of db.prepare('SELECT key, json FROM memory').all())
    if (readRow('memory', json) === undefined) onDamaged('memory', String(key))
    else kept.set(key as string, json as string)
  const write = db.prepare('INSERT INTO memory (key, json) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET json = excluded.json')
  const erase = db.prepare('DELETE FROM memory WHERE key = ?')
  const save = (key: string, json: string | null) =>
    saving.put(
      `memory ${key}`,
      () => void (json === null ? erase.run(key) : write.run(key, json)),
      UNSPARED.some((prefix) => key.startsWith(prefix)) ? undefined : { table: 'memory', id: key, json },
    )
  return {
    get<T>(key: string): T | null {
      const json = kept.get(key)
      return json === undefined ? null : (JSON.parse(json) as T)
    },
    put(key, value) {
      const json = JSON.stringify(value ?? null)
      if (kept.get(key) === json) return
      kept.set(key, json)
      save(key, json)
    },
    delete(key) {
      if (kept.delete(key)) save(key, null)
    },
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)).sort(),
  }
}
