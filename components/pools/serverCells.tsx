import { Badge } from '@/components/ui/badge.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Status } from '@/components/ui/status.tsx'
import { safe, text } from '@/lib/format/format.ts'
import type { PoolServerView, PoolView } from '@/lib/model/answers/pool.ts'
import { isOut, ReturnButton } from './ReturnButton.tsx'
import { againstOthers, dueBand, SERVER_TONE } from './words.ts'

type Props = { server: PoolServerView }
type InPool = Props & { pool: PoolView }

export const NameCell = ({ server: { name, backup } }: Props) => (
  <span>
    <span className="font-medium">{safe(name, 60)}</span>
    {backup && <Badge className="ml-2">backup</Badge>}
  </span>
)

export const StateCell = ({ pool, server }: InPool) => (
  <span className="flex items-center gap-2">
    <span title={server.downBecause}>
      <Status tone={SERVER_TONE[server.state]}>{server.state}</Status>
    </span>
    {server.downBecause && <span className="max-w-48 truncate text-dim text-xs">{safe(server.downBecause, 160)}</span>}
    {isOut(server) && <ReturnButton pool={pool} server={server} />}
  </span>
)

/** The weight that was set, and that of the configuration file where it differs. */
export function WeightSetCell({ server: { weightSet, weightFile } }: Props) {
  const differs = weightFile !== undefined && weightFile !== weightSet
  return (
    <span title={differs ? `The file says ${weightFile}` : undefined}>
      {weightSet}
      {differs && <span className="ml-1 text-warning-text">≠ {weightFile} in file</span>}
    </span>
  )
}

/** The weight in force, and who else writes it. */
export const WeightInForceCell = ({ server: { weightSet, weightEffective, otherWriter } }: Props) => (
  <span className={weightEffective !== weightSet ? 'text-warning-text' : undefined}>
    {weightEffective}
    {otherWriter && <span className="block max-w-32 truncate text-dim text-xs" title={otherWriter}>{`by ${safe(otherWriter, 60)}`}</span>}
  </span>
)

/** The share that the weights promise, and how far chance alone takes it from that. */
export function ShareDueCell({ pool, server }: InPool) {
  const band = dueBand(server, pool)
  return (
    <>
      <Figure value={server.shareExpected} because="the algorithm promises no shares" unit="ratio" />
      {band && (
        <span className="ml-1 text-[0.85em] text-dim tabular max-lg:hidden" title="What chance alone makes of it in a minute">
          ± {text(band.high - (server.shareExpected ?? 0), 'ratio')}
        </span>
      )}
    </>
  )
}

/** The response time, coloured where it is twice or three times that of the others. */
export function ResponseCell({ pool, server }: InPool) {
  const times = againstOthers(server, pool) ?? 0
  return <Figure value={server.responseSeconds} unit="seconds" tone={times >= 3 ? 'critical' : times >= 2 ? 'warning' : undefined} />
}

export function ErrorsCell({ server: { errorRatio } }: Props) {
  const ratio = errorRatio ?? 0
  return <Figure value={errorRatio} unit="ratio" tone={ratio > 0.05 ? 'critical' : ratio > 0.01 ? 'warning' : undefined} />
}
