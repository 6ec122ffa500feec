'use client'
import { Button } from '@/components/ui/button.tsx'
import { safe } from '@/lib/format/format.ts'
import { SignInCard } from './SignInCard.tsx'

/** The way in by an OpenID Connect issuer. `trouble`: why it cannot be used now. */
export function SignInElsewhere({ issuer, next, trouble }: { issuer: string; next: string; trouble: string | null }) {
  return (
    <SignInCard trouble={trouble && safe(trouble, 500)}>
      <Button asChild look="primary" size="md">
        {/* No link of Next's: it would fetch the way to another site. */}
        <a href={`/sign-in/start?next=${encodeURIComponent(next)}`}>Sign in with {new URL(issuer).host}</a>
      </Button>
      <p className="text-dim text-sm">The issuer says which groups you are in; the configuration of Evenkeel gives roles to groups.</p>
    </SignInCard>
  )
}
