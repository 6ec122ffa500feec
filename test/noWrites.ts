import { DatabaseSync } from 'node:sqlite'

const TABLES = ['document', 'memory', 'undo', 'recovery', 'chunk', 'series', 'record']

/** Makes every write to a store's file fail, as on a full disk. Returns a function that ends this. */
export function refuseWrites(file: string): () => void {
  const db = new DatabaseSync(file)
  const all = TABLES.flatMap((table) => ['INSERT', 'UPDATE', 'DELETE'].map((verb) => ({ table, verb, name: `no_${table}_${verb}` })))
  for (const { table, verb, name } of all)
    db.exec(`CREATE TRIGGER ${name} BEFORE ${verb} ON ${table} BEGIN SELECT raise(FAIL, 'no writes'); END`)
  return () => {
    for (const { name } of all) db.exec(`DROP TRIGGER ${name}`)
    db.close()
  }
}
