import { localAddress } from '../../lib/config/listen.ts'
import { listenOf } from './listen.ts'

/** The image's health check: 0 when the server answers that it is ready, where the configuration says it listens. */
const answer = await fetch(`${localAddress(listenOf(process.env.EVENKEEL_CONFIG))}/readyz`).catch(() => null)
process.exit(answer?.ok ? 0 : 1)
