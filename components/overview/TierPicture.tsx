'use client'
import type { ReactNode } from 'react'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { Go } from '@/components/frame/Go.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Figure } from '@/components/ui/figure.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { count, safe, text } from '@/lib/format/format.ts'
import type { OverviewView, TierView } from '@/lib/model/answers/overview.ts'
import { type PlacedEdge, placeTiers, type Spot, TIER_WORD } from './tiers.ts'

const CARD = 80
const GAP = 12
/** A card is four parts wide, the space between columns one and a half. */
const WIDE = 4
const BETWEEN = 1.5

/** The diagram of the tiers, left to right, edges as wide as their traffic; only what has a finding is coloured. On a phone: top to bottom. */
export function TierPicture({ view }: { view: Pick<OverviewView, 'tiers' | 'edges' | 'poolsLeft'> }) {
  const picture = placeTiers(view)
  if (picture.columns === 0) return null
  const total = picture.columns * WIDE + (picture.columns - 1) * BETWEEN
  const height = picture.rows * (CARD + GAP) - GAP
  const top = ({ column, row }: Spot) => (height - (picture.heights[column]! * (CARD + GAP) - GAP)) / 2 + row * (CARD + GAP)
  const left = (spot: Spot) => (spot.column * (WIDE + BETWEEN)) / total
  const right = (spot: Spot) => left(spot) + WIDE / total
  const middle = (spot: Spot) => top(spot) + CARD / 2
  const passage = (spot: Spot) => top(spot) + 6
  const pathOf = ({ from, to, via }: PlacedEdge) => {
    const ways = [{ x: right(from), y: middle(from) }]
    for (const spot of via) ways.push({ x: left(spot), y: passage(spot) }, { x: right(spot), y: passage(spot) })
    ways.push({ x: left(to), y: middle(to) })
    const bends = ways.slice(1).map(({ x, y }, index) => {
      const before = ways[index]!
      const half = (before.x + x) * 500
      return `C${half} ${before.y} ${half} ${y} ${x * 1000} ${y}`
    })
    return `M${ways[0]!.x * 1000} ${ways[0]!.y}${bends.join('')}`
  }
  const figureAt = ({ from, to, via: [first] }: PlacedEdge) =>
    first
      ? { x: (left(first) + right(first)) / 2, y: passage(first) }
      : { x: (right(from) + left(to)) / 2, y: (middle(from) + middle(to)) / 2 }
  return (
    <>
      <div className="overflow-x-auto px-4 max-md:hidden">
        <div className="relative" style={{ height, minWidth: picture.columns * 168 }}>
          <svg aria-hidden="true" className="absolute inset-0 size-full" viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none">
            {picture.edges.map((edge) => (
              <path
                key={`${edge.from.tier.id} ${edge.to.tier.id}`}
                d={pathOf(edge)}
                fill="none"
                stroke="var(--line-strong)"
                strokeWidth={edge.width}
                strokeDasharray={edge.perSecond === null ? '2 4' : undefined}
                vectorEffect="non-scaling-stroke"
              />
            ))}
          </svg>
          {picture.edges.map(
            (edge) =>
              edge.perSecond !== null && (
                <span
                  key={`${edge.from.tier.id} ${edge.to.tier.id}`}
                  title={`${edge.from.tier.name} to ${edge.to.tier.name}: ${text(edge.perSecond, 'perSecond')}`}
                  className="absolute -translate-x-1/2 -translate-y-1/2 whitespace-nowrap rounded bg-surface px-1 text-dim text-xs tabular"
                  style={{ left: `${figureAt(edge).x * 100}%`, top: figureAt(edge).y }}
                >
                  {text(edge.perSecond, 'perSecond')}
                </span>
              ),
          )}
          {picture.tiers.map((placed) => (
            <div
              key={placed.tier.id}
              className="absolute"
              style={{ left: `${left(placed) * 100}%`, width: `${(WIDE / total) * 100}%`, top: top(placed), height: CARD }}
            >
              <TierCard tier={placed.tier} />
            </div>
          ))}
        </div>
      </div>
      <ol className="flex flex-col gap-2 px-4 md:hidden">
        {picture.tiers.map((placed) => (
          <li key={placed.tier.id}>
            <TierCard tier={placed.tier} />
          </li>
        ))}
      </ol>
      {picture.beside.length > 0 && (
        <ul aria-label="Also watched" className="flex flex-wrap gap-2 px-4 pt-3">
          {picture.beside.map((tier) => (
            <li key={tier.id}>
              <TierChip tier={tier} />
            </li>
          ))}
          {view.poolsLeft > 0 && (
            <li className="self-center text-dim text-sm">
              <Go href="/pools" className="underline underline-offset-2">
                {count(view.poolsLeft)} more pools
              </Go>
            </li>
          )}
        </ul>
      )}
    </>
  )
}

const look = (tier: TierView, more: string) => {
  const ill = tier.state === 'down' ? 'critical' : tier.severity
  return {
    ill,
    className: cn(
      'rounded border bg-raised',
      ill === 'critical' ? 'border-critical/60' : ill === 'warning' ? 'border-warning/70' : 'border-line',
      more,
    ),
  }
}

function Frame({ tier, className, children }: { tier: TierView; className: string; children: ReactNode }) {
  return tier.href ? (
    <Go href={tier.href} className={cn(className, 'hover:bg-hover')}>
      {children}
    </Go>
  ) : (
    <div className={className}>{children}</div>
  )
}

/** The figures of a tier that are known; its errors only where there are some. */
function Figures({ tier }: { tier: TierView }) {
  const errors = tier.errorRatio !== null && tier.errorRatio >= 0.0005 ? tier.errorRatio : null
  const known = tier.requestsPerSecond !== null || tier.responseSeconds !== null || tier.hitRatio !== null
  if (!known)
    return (
      <span className="text-dim">{tier.kind === 'clients' || tier.kind === 'origin' ? 'not watched itself' : 'nothing measured yet'}</span>
    )
  return (
    <>
      {tier.requestsPerSecond !== null && <Figure value={tier.requestsPerSecond} unit="perSecond" />}
      {tier.responseSeconds !== null && <Figure value={tier.responseSeconds} unit="seconds" />}
      {tier.hitRatio !== null && (
        <span className="whitespace-nowrap">
          <Figure value={tier.hitRatio} unit="ratio" /> <span className="text-dim">hits</span>
        </span>
      )}
      {errors !== null && (
        <span className="whitespace-nowrap">
          <Figure value={errors} unit="ratio" tone={errors > 0.01 ? 'warning' : undefined} /> <span className="text-dim">errors</span>
        </span>
      )}
    </>
  )
}

function TierCard({ tier }: { tier: TierView }) {
  const { ill, className } = look(tier, 'flex h-full flex-col justify-center gap-0.5 overflow-hidden px-3 py-2')
  return (
    <Frame tier={tier} className={className}>
      <span className="flex items-center gap-1.5">
        {ill && <Shape tone={ill} />}
        <span className="truncate font-medium text-sm">{safe(tier.name, 60)}</span>
        <span className="ml-auto shrink-0 text-dim text-xs">{tier.state === 'ok' ? TIER_WORD[tier.kind] : tier.state}</span>
      </span>
      <span className="flex h-4 flex-wrap gap-x-3 overflow-hidden text-xs">
        <Figures tier={tier} />
      </span>
      {tier.balance.length > 1 && <BalanceStrip parts={tier.balance} width={108} label={`Balance of ${safe(tier.name, 60)}`} />}
    </Frame>
  )
}

function TierChip({ tier }: { tier: TierView }) {
  const { ill, className } = look(tier, 'flex h-8 items-center gap-2.5 px-2.5 text-xs max-sm:h-10')
  return (
    <Frame tier={tier} className={className}>
      {ill && <Shape tone={ill} />}
      <span className="font-medium">{safe(tier.name, 40)}</span>
      {tier.state === 'ok' ? <Figures tier={tier} /> : <span className="text-dim">{tier.state}</span>}
    </Frame>
  )
}
