'use client'
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { safeLines } from '@/lib/format/format.ts'
import { Button } from './button.tsx'
import { cn } from './cn.ts'

/** A button that copies a text to the clipboard and confirms it. */
export function CopyButton({ text, label = 'Copy', className }: { text: string; label?: string; className?: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1_500)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Button
      look="ghost"
      className={className}
      onClick={() =>
        navigator.clipboard?.writeText(text).then(
          () => setCopied(true),
          () => {},
        )
      }
    >
      {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </Button>
  )
}

type Props = { text: string; label: string; className?: string; copy?: boolean }

/** A code block: commands, config lines or a raw answer, with a copy button. `label` names it for screen readers. */
export function Code({ text: untrusted, label, className, copy = true }: Props) {
  // What is copied is what is seen: a character that nobody sees must not reach a shell.
  const text = safeLines(untrusted)
  return (
    <figure aria-label={label} className={cn('relative rounded border border-line bg-sunken', className)}>
      {copy && <CopyButton text={text} className="absolute top-1 right-1 bg-sunken" />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="max-h-96 overflow-auto whitespace-pre-wrap break-words p-3 pr-20 font-mono text-xs">
        {text}
      </pre>
    </figure>
  )
}
