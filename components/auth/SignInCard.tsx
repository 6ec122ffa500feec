import type { ReactNode } from 'react'
import { Logo } from '@/components/ui/logo.tsx'

/** The frame of the sign-in page: the name of this Evenkeel, why somebody is not signed in, and the form. */
export function SignInCard({ trouble, children }: { trouble: string | null; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 p-6">
      <h1 className="flex items-center gap-2 font-semibold text-xl">
        <Logo size={24} /> Evenkeel
      </h1>
      {trouble && (
        <p role="alert" className="break-words text-critical-text text-sm">
          {trouble}
        </p>
      )}
      {children}
    </main>
  )
}
