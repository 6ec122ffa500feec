import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Store } from '../lib/model/store.ts'
import { createDatabase } from '../lib/store/postgres/connection.ts'
import { createSharedStore } from '../lib/store/postgres/sharedStore.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { type Relay, startRelay } from './relay.ts'

/** Stores of several replicas on one PostgreSQL, which is started for the tests of a block, with a database of its own for each of them. */
export class SharedStores {
  server!: PostgresServer
  /** What the database can be cut off by. */
  relay!: Relay
  url!: string
  /** What the stores have logged. */
  readonly told: string[] = []
  readonly tell = (...words: unknown[]) => void this.told.push(words.map(String).join(' '))
  #folder!: string
  readonly #open: Store[] = []

  /** Called within a block of tests. */
  static forTests(): SharedStores {
    const stores = new SharedStores()
    beforeAll(async () => {
      stores.server = await startPostgres()
      stores.relay = await startRelay(stores.server.about.port)
    })
    beforeEach(() => stores.#begin())
    afterAll(async () => {
      await stores.relay[Symbol.asyncDispose]()
      await stores.server[Symbol.asyncDispose]()
    })
    return stores
  }
  async #begin(): Promise<() => Promise<void>> {
    this.#folder = mkdtempSync(join(tmpdir(), 'evenkeel-replicas-'))
    this.url = await this.server.about.create()
    this.told.length = 0
    return async () => {
      this.relay.release()
      for (const store of this.#open.splice(0)) await store.close()
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }

  async replica(name: string, { through = this.url, deadlineMs = 1_000, patienceMs = 0 } = {}): Promise<Store> {
    const database = createDatabase({ url: through, replica: name, deadlineMs })
    const path = join(this.#folder, `${name}.db`)
    const log = { info: this.tell, warn: this.tell, error: this.tell }
    const store = await createSharedStore({ path, database, replica: name, now: Date.now, log, patienceMs })
    this.#open.push(store)
    return store
  }
  /** The address of the database through the relay. */
  relayed(): string {
    return this.url.replace(`:${this.server.about.port}/`, `:${this.relay.port}/`)
  }
}
