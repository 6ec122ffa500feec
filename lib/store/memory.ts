import type { DatabaseSync } from 'node:sqlite'
import type { Store } from '../model/store.ts'

/** Small things by key, as JSON. */
export function memoryOf(db: DatabaseSync): Store['memory'] {
  const read = db.prepare('SELECT json FROM memory WHERE key = ?')
  const write = db.prepare('INSERT INTO memory (key, json) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET json = excluded.json')
  const erase = db.prepare('DELETE FROM memory WHERE key = ?')
  const all = db.prepare('SELECT key FROM memory ORDER BY key')
  return {
    get<T>(key: string): T | null {
      const row = read.get(key)
      return row ? (JSON.parse(row.json as string) as T) : null
    },
    put: (key, value) => void write.run(key, JSON.stringify(value ?? null)),
    delete: (key) => void erase.run(key),
    keys: (prefix) =>
      all
        .all()
        .map((row) => row.key as string)
        .filter((key) => key.startsWith(prefix)),
  }
}
