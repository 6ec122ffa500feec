import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { advisors } from '../advisors/registry.ts'
import { createAuthentication } from '../auth/auth.ts'
import { createChanges } from '../changes/changes.ts'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/error.ts'
import { readConfigFile, readFile } from '../config/file.ts'
import type { Listen } from '../config/listen.ts'
import { parseConfig } from '../config/parse.ts'
import { causality } from '../detectors/causes.ts'
import { detectors } from '../detectors/registry.ts'
import { createBus } from '../engine/bus.ts'
import { clockOf, createSteadyClock } from '../engine/clock.ts'
import { createDispatch } from '../engine/dispatch/dispatch.ts'
import { createEngine } from '../engine/engine.ts'
import { createFleet } from '../engine/fleet.ts'
import { withoutTrailingSlashes } from '../format/url.ts'
import type { DetectorSettings } from '../model/detector.ts'
import { readEdges } from '../model/edges.ts'
import type { Log } from '../model/log.ts'
import { notifiers } from '../notifiers/registry.ts'
import { createOutbound } from '../store/remoteWrite/outbound.ts'
import { receiverOf } from '../store/remoteWrite/receiver.ts'
import { createAnswers } from './answers/answers.ts'
import { createRecorder } from './audit/recorder.ts'
import { signInsOf } from './audit/signIns.ts'
import { createAuditOut } from './auditOut/auditOut.ts'
import { autopilotOf } from './autopilot/autopilotOf.ts'
import { createBrowsers, isKnown } from './browsers/browsers.ts'
import { openCluster } from './cluster/openCluster.ts'
import { ownSamples } from './cluster/ownSamples.ts'
import { connectParts } from './connectParts.ts'
import { liveCache } from './curves/liveCache.ts'
import { targetLog } from './curves/targetLog.ts'
import { createStream } from './events/stream.ts'
import { aboutFinding } from './findings/aboutFinding.ts'
import { createClockNews } from './frame/clockNews.ts'
import { freezeOf } from './freeze/freeze.ts'
import { annotationPushOf } from './grafana/grafana.ts'
import { heartbeatOf } from './heartbeat/heartbeat.ts'
import { createRequests } from './http/requests.ts'
import { createLog } from './log.ts'
import { mode } from './mode/mode.ts'
import { createPatternRatios } from './references/patternRatios.ts'
import { createReferenceLogs } from './references/referenceLogs.ts'
import { referenceSettings } from './references/referenceSettings.ts'
import { sourcesOf } from './references/sources.ts'
import type { Runtime } from './runtime.ts'
import { schemas } from './schemas.ts'
import { announceShared, keyFolder, openStore } from './sharedState.ts'
import { polledTargets } from './targets/polledTargets.ts'
import { sweepTraces } from './traces/traces.ts'
import { keyMemoryOf, warmingOf } from './warming/warmingOf.ts'
import { patternsInThread } from './workers/curves.ts'
import { solveInThread } from './workers/rings.ts'

const VERSION = '0.1.0'

/** Reads and checks the file that EVENKEEL_CONFIG names. `bound`: where this process is bound already. Throws `ConfigError`. */
export function readConfig(path: string | undefined, env: NodeJS.ProcessEnv, bound?: Listen, read = readFile): Config {
  const { file, text } = readConfigFile(path, read)
  return parseConfig(text, env, schemas(), { file, readFile: read, bound })
}

function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new ConfigError('the configuration', [
      {
        path: 'data',
        found: `${folder}, which cannot be made (${(error as NodeJS.ErrnoException).code})`,
        allowed: 'a folder that can be written',
      },
    ])
  }
}

export type OpenOptions = {
  log?: Log
  /** Set by a reload: the runtime before knew its normals, which the store still has. */
  learnt?: boolean
  reload?: Runtime['reload']
}

/** Puts the runtime together and starts it. `print` is for what a person must read once: the sign-in link. */
export async function openRuntime(
  config: Config,
  env: NodeJS.ProcessEnv,
  print: (text: string) => void,
  { log = createLog(), learnt, reload = null }: OpenOptions = {},
): Promise<Runtime> {
  const clock = createSteadyClock()
  const { now, monotonic } = clock
  for (const warning of config.warnings) log.warn({}, warning)
  makeDataFolder(config.data)
  const outbound = config.series ? createOutbound({ ...receiverOf(config.series), monotonic, log }) : null
  const own = outbound && ownSamples(outbound.add)
  const kept = await openStore(config, { now, log, ...(own && { onSample: own.onSample }) })
  const part = openCluster({ config, store: kept, received: own ? own.received(kept) : kept, monotonic, now, log })
  const { cluster, store } = part
  // Alone it has everything, and nothing is asked for each target.
  const shared = config.state && { ownership: cluster }
  sweepTraces({ store, config })
  const bus = createBus((error) => log.error({ error: String(error) }, 'a listener failed'))
  const clockNews = createClockNews({ bus, log, monotonic })
  const closing = new AbortController()
  const targets = polledTargets(config)

  const steady = clockOf({ now, monotonic })
  const fleet = createFleet({
    targets,
    edges: readEdges(config.edges),
    ...(config.groups.length > 0 && { groups: config.groups }),
    prices: config.prices,
    poll: config.poll,
    store,
    ...shared,
    onPart: part.onPart,
    bus,
    clock: steady,
    log,
    onReferences: (target, accesses) => references.offer(target, accesses),
    onHotKeys: (target, told, at) => hotNames.hear(target, told, at),
  })
  const hotNames = keyMemoryOf({ store, fleet })
  const changes = createChanges({
    store,
    fleet,
    mode: () => mode({ config, store }),
    brakes: () => ({ settings: config.brakes, freeze: freezeOf({ store, now }) }),
    bus,
    now,
    log,
    settings: config.watch,
    owns: fleet.owns,
    holds: (target) => cluster.holds(fleet.leaseOf(target), 0),
    ...(config.state && { caughtUp: cluster.caughtUp }),
  })
  const engine = createEngine({
    fleet,
    ...shared,
    rules: config.rules as unknown as Record<string, { enabled: boolean; settings: DetectorSettings }>,
    detectors,
    advisors,
    store,
    bus,
    describe: (steps) => changes.describe(steps),
    inFlight: (steps) => changes.inFlight(steps),
    solve: solveInThread,
    learningMs: learnt ? 0 : config.learningMs,
    clock: steady,
    checkClock: clock.check,
    log,
  })
  const browsers = createBrowsers({ memory: store.memory, data: keyFolder(config), now, known: (owner) => isKnown(runtime.auth, owner) })
  const dispatch = createDispatch({
    browsers,
    routes: config.routes,
    receivers: config.receivers,
    notifiers,
    store,
    bus,
    externalUrl: config.url,
    about: (finding) => aboutFinding(runtime, finding),
    causes: { topology: () => engine.topology(), causality },
    ...(config.state && { leads: cluster.leads }),
    now,
    log,
  })
  const references = createReferenceLogs({
    folder: join(config.data, 'references'),
    settings: (target) => referenceSettings(fleet, target),
    targets: () => sourcesOf({ engine, references }).length,
    now,
    log,
  })
  const audit = createRecorder({ store, config, now, monotonic, log })
  const auditOut = createAuditOut({ copies: config.audit, store, leads: cluster.leads, now, monotonic, log })
  audit.started(VERSION, { reloaded: learnt !== undefined })
  const runtime: Runtime = {
    config,
    store,
    cluster,
    engine,
    changes,
    autopilot: autopilotOf({ config, store, changes, engine, bus, audit, now, log }),
    warming: warmingOf({ config, store, bus, audit, engine, cluster, names: hotNames, leaseOf: fleet.leaseOf, now, monotonic, log }),
    dispatch,
    browsers,
    heartbeat: heartbeatOf({ config, engine, now, monotonic, log }),
    annotationPush: annotationPushOf({ config, store, runtime: () => runtime, now, monotonic, log }),
    references,
    patternRatios: createPatternRatios({
      store,
      sources: () => sourcesOf({ engine, references }),
      live: (target) => liveCache({ engine, store }, target),
      log: (target) => targetLog({ references, store, engine, now }, target),
      compute: patternsInThread,
      now,
      logger: log,
    }),
    audit,
    auditOut,
    auth: createAuthentication({ config, store, now, print, signIns: signInsOf(audit) }),
    stream: createStream({ boot: now().toString(36), newest: () => engine.window(30_000) }),
    answers: createAnswers({ monotonic }),
    bus,
    outbound,
    detectors,
    advisors,
    notifiers,
    drills: env.EVENKEEL_DRILLS ? withoutTrailingSlashes(env.EVENKEEL_DRILLS) : null,
    version: VERSION,
    startedAt: now(),
    now,
    clock: clockNews,
    log,
    closing: closing.signal,
    requests: createRequests(),
    reload,
    async close(options = { reload: false }) {
      closing.abort()
      runtime.stream.close()
      runtime.heartbeat?.stop()
      await Promise.allSettled([
        engine.stop(),
        changes.stop(),
        runtime.warming.stop(),
        dispatch.stop(),
        references.close(),
        runtime.annotationPush?.stop(),
      ])
      await part.stop(options)
      await outbound?.close()
      runtime.audit.stopped(options)
      await auditOut.close()
      await store.close()
    },
  }
  connectParts(runtime)
  announceShared(store, bus)
  // What was under way at the end of the last run goes by the clock as it is now.
  engine.noticeClock()
  if (!config.state) await changes.recover()
  engine.start()
  await part.start(runtime)
  return runtime
}
