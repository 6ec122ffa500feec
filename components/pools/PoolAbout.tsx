import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { Ago } from '@/components/frame/Ago.tsx'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import { labAddress } from '@/lib/lab/address.ts'
import { admissionText } from '@/lib/model/admission.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { poolRef } from '@/lib/model/ref.ts'
import { isSaid, poolParts } from './words.ts'

/** The balance of a pool with the remarks that its shares must be read with. `changedAt`: of its last change, while that is recent. */
export function PoolAbout({ pool, changedAt }: { pool: PoolView; changedAt: number | null }) {
  return (
    <>
      <div className="px-4 py-2">
        <BalanceStrip parts={poolParts(pool)} width={360} thick={10} label={`Balance of ${safe(pool.name, 60)}`} />
        {changedAt !== null && (
          <p className="text-dim text-xs">
            Its settings changed <Ago at={new Date(changedAt).toISOString()} />: the shares seen are those of the last minute, so part of
            them is from before.
          </p>
        )}
        <Sharing pool={pool} />
      </div>
      {pool.ttlMs !== undefined && <Lookup ttlMs={pool.ttlMs} unasked={pool.servers.some(({ detectMs }) => detectMs === null)} />}
      {pool.spills && <Sentences texts={pool.spills} />}
      {pool.admission && <Limits admission={pool.admission} />}
      {pool.retries && <TriedAgain retries={pool.retries} />}
      {pool.passiveChecks && <Sentences texts={pool.passiveChecks} />}
      {pool.unknown && <Unknown texts={pool.unknown} decides={pool.balances === 'unknown'} />}
      {pool.tunable && (
        <details className="px-4 py-2 text-sm">
          <summary className="w-fit cursor-pointer text-dim hover:text-text">What would let its weights be set at run time</summary>
          <p className="py-1 text-dim">
            In haproxy.cfg. <Sentence text={pool.tunable.moves} max={600} />
          </p>
          <Code text={pool.tunable.lines} label="Lines of haproxy.cfg" />
        </details>
      )}
    </>
  )
}

const SHARING: Partial<Record<PoolView['balances'], string>> = {
  load: 'The algorithm shares by load, not by weights: no share is expected.',
  hash: 'Shares follow a hash of the request: by keys they come near the weights, by traffic not always.',
}

/** What the shares of a pool follow that does not share by weights alone. */
function Sharing({ pool }: { pool: PoolView }) {
  if (pool.balances === 'weight') return null
  return (
    <p className="text-dim text-xs">
      {SHARING[pool.balances]}
      {pool.ringBecause && !isSaid({ unknown: pool.unknown }, pool.ringBecause) && (
        <>
          {' '}
          Which key goes where is not known exactly: <Sentence text={pool.ringBecause} max={300} />.
        </>
      )}
      {pool.ring && (
        <Go href={labAddress(poolRef(pool))} className={`${linkLook} ml-1`}>
          What would other weights move?
        </Go>
      )}
    </p>
  )
}

/** Of the addresses of a name: who chooses, and for how long. */
const Lookup = ({ ttlMs, unasked }: { ttlMs: number; unasked: boolean }) => (
  <p className="px-4 py-2 text-sm" data-part="lookup">
    Clients look this name up, choose one of its addresses and may keep it for {duration(ttlMs)} after it was taken out; connections that
    are open last longer. What each address gets is seen at the servers alone.
    {unasked && ' Whether each of them answers is not checked.'}
  </p>
)

/** What limits the requests before the servers get them; that nothing does is said too. */
function Limits({ admission: { limits, because, wanted } }: { admission: NonNullable<PoolView['admission']> }) {
  const real = limits.some(({ nominal }) => nominal === undefined)
  return (
    <div className="px-4 py-2 text-sm" data-part="limits">
      <p>
        {limits.length > 0
          ? 'What limits the requests before its servers:'
          : because
            ? 'No limit of requests before its servers is seen.'
            : 'Nothing limits the requests before its servers.'}
      </p>
      {limits.length > 0 && <Listed texts={limits.map(admissionText)} />}
      {because && (
        <p className="text-dim text-xs">
          There may be others: <Sentence text={because} max={300} />.
        </p>
      )}
      {!real && wanted && (
        <p className="text-dim text-xs">
          A limit is set in <Sentence text={wanted.where} max={100} />:{' '}
          <code className="break-all font-mono">{safe(wanted.line, 200)}</code>
        </p>
      )}
    </div>
  )
}

/** How often a request is sent again that no server has answered: what an overload is multiplied by. */
const TriedAgain = ({ retries: { more, text } }: { retries: NonNullable<PoolView['retries']> }) => (
  <p className="px-4 py-2 text-sm" data-part="retries">
    {more === null
      ? 'How often a request that was not answered is tried again is not known: '
      : more === 0
        ? 'No server works on a request again that was not answered: '
        : `A request that was not answered is sent again ${more === 1 ? 'once' : `up to ${more} times`}: `}
    <Sentence text={text} max={300} />.
  </p>
)

const Sentences = ({ texts }: { texts: readonly string[] }) => (
  <div className="px-4 py-2 text-sm">
    <Listed texts={texts} />
  </div>
)

const Listed = ({ texts }: { texts: readonly string[] }) => (
  <ul className="list-disc pl-5 text-dim">
    {texts.map((text) => (
      <li key={text}>
        <Sentence text={text} max={300} />
      </li>
    ))}
  </ul>
)

/** What of the pool's configuration Evenkeel does not understand. `decides`: how it shares hangs on that. */
function Unknown({ texts, decides }: { texts: readonly string[]; decides: boolean }) {
  return (
    <div className="px-4 py-2 text-sm">
      <p>Not understood of this pool{decides && ', so that no share, ring or advice is computed from it'}:</p>
      <Listed texts={texts} />
    </div>
  )
}
