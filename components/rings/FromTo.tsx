import { Figure } from '@/components/ui/figure.tsx'

/** A share now, and then where it differs by what can be seen. On a telephone: then alone. */
export function FromTo({ before, after }: { before: number | undefined; after: number | undefined }) {
  return (
    <>
      {after !== undefined && before !== undefined && Math.abs(after - before) >= 0.0005 && (
        <span className="text-dim max-sm:hidden">
          <Figure value={before} unit="ratio" /> →{' '}
        </span>
      )}
      <Figure value={after ?? before} unit="ratio" />
    </>
  )
}
