import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DrillView } from '../lib/model/answers/drill.ts'
import type { Drill } from './drill.ts'
import { drills } from './drills.ts'
import type { Fleet } from './fleet.ts'

/** Drills of one fleet: what is under way, and their start and end. */
export type Drills = {
  list(): DrillView[]
  /** Starts a drill; a running one continues. Null: there is no drill of that name. */
  start(name: string): Promise<DrillView | null>
  /** Ends it early and resolves when it has cleaned up. */
  end(name: string): Promise<DrillView | null>
  endAll(): Promise<void>
}

export function createDrills(fleet: Fleet, tell: (text: string) => void = () => {}): Drills {
  type Run = { endsAt: number; timer: NodeJS.Timeout; cleanUp: () => Promise<void>; ending?: Promise<void> }
  const runs = new Map<string, Run>()

  const view = ({ start: _, ...drill }: Drill): DrillView => {
    const run = runs.get(drill.name)
    if (!run) return { ...drill, state: 'ready' }
    return { ...drill, state: run.ending ? 'ending' : 'running', endsAt: new Date(run.endsAt).toISOString() }
  }
  const end = async (drill: Drill): Promise<void> => {
    const run = runs.get(drill.name)
    if (!run) return
    clearTimeout(run.timer)
    run.ending ??= run
      .cleanUp()
      .catch((error: Error) => tell(`drill ${drill.name}: ${error.message}`))
      .finally(() => {
        runs.delete(drill.name)
        tell(`drill ${drill.name} has ended`)
      })
    await run.ending
  }
  const named = (name: string) => drills.find((drill) => drill.name === name)

  return {
    list: () => drills.map(view),
    async start(name) {
      const drill = named(name)
      if (!drill) return null
      if (runs.has(name)) return view(drill)
      const timer = setTimeout(() => void end(drill), drill.lastsSeconds * 1000)
      const run: Run = { endsAt: Date.now() + drill.lastsSeconds * 1000, timer, cleanUp: async () => {} }
      runs.set(name, run)
      tell(`drill ${name}: ${drill.does} Look for: ${drill.lookFor}`)
      try {
        run.cleanUp = await drill.start(fleet)
      } catch (error) {
        clearTimeout(timer)
        runs.delete(name)
        throw error
      }
      return view(drill)
    },
    async end(name) {
      const drill = named(name)
      if (!drill) return null
      await end(drill)
      return view(drill)
    },
    async endAll() {
      await Promise.all(drills.map(end))
    },
  }
}

/** Serves the drills on loopback: `GET /drills`, `POST /drills/NAME`, `DELETE /drills/NAME`. Resolves to its address. */
export async function serveDrills(all: Drills): Promise<{ url: string; stop(): void }> {
  const server = createServer((request, response) => {
    answer(all, request).then(
      ([status, body]) => send(response, status, body),
      (error: Error) => send(response, 500, { detail: error.message }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function answer(all: Drills, request: IncomingMessage): Promise<[status: number, body: unknown]> {
  // Only Evenkeel's server calls this; a request with an Origin comes from a browser and is refused.
  if (request.headers.origin || !/^127\.0\.0\.1(:\d+)?$/.test(request.headers.host ?? '')) return [403, { detail: 'not from a browser' }]
  const [, root, name, ...rest] = (request.url ?? '').split('/')
  if (root !== 'drills' || rest.length > 0) return [404, { detail: 'no such path' }]
  if (name === undefined) return request.method === 'GET' ? [200, { items: all.list(), next: null }] : [405, { detail: 'GET only' }]
  const verb = { POST: all.start, DELETE: all.end }[request.method ?? '']
  if (!verb) return [405, { detail: 'POST or DELETE' }]
  const view = await verb(decodeURIComponent(name))
  return view ? [202, view] : [404, { detail: 'no drill of that name' }]
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
