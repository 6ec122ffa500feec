'use client'
import { Button } from '@/components/ui/button.tsx'
import { Failure } from '@/components/ui/empty.tsx'

export default function Broken({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Failure
      tried="This page could not be drawn."
      answer={error.digest ? `The server's log has it under ${error.digest}.` : error.message}
      todo={
        <Button onClick={reset} className="mt-1">
          Try again
        </Button>
      }
    />
  )
}
