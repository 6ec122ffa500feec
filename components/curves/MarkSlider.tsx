import { text } from '@/lib/format/format.ts'
import { positionOf, readSize, type Size, type SizeRange, SLIDER_STEPS, sizeAt, sizeText } from './size.ts'
import { TextField } from './TextField.tsx'

type Props = {
  range: SizeRange
  mark: Size
  /** The live size, which the slider meets exactly. */
  live: number | null
  /** What the marked size would hit, for whoever does not see the curve. */
  words: string
  onMark: (size: Size) => void
}

/** The slider of the marked size, as wide as the curve above it, and the size as text. */
export function MarkSlider({ range, mark, live, words, onMark }: Props) {
  const { by } = range
  return (
    <div className="flex flex-col gap-2">
      {/* The ends of the slider's way lie under those of the curve: half a thumb further out. */}
      <div className="pr-0 pl-11">
        <input
          type="range"
          aria-label={by === 'bytes' ? 'Memory limit' : 'Keys that fit'}
          min={0}
          max={SLIDER_STEPS}
          step={1}
          value={positionOf(range, mark.value)}
          aria-valuetext={`${text(mark.value, by === 'bytes' ? 'bytes' : 'count')}${words && `, ${words}`}`}
          onChange={({ target }) => onMark({ by, value: sizeAt(range, target.valueAsNumber, live) })}
          className="block h-6 w-full accent-accent max-sm:h-10"
        />
      </div>
      <div className="w-36 pl-0 sm:ml-[52px]">
        <TextField
          label={by === 'bytes' ? 'Memory limit' : 'Keys that fit'}
          help={by === 'bytes' ? 'as 256mb or 4gb' : 'as 20k or 1.5m'}
          value={sizeText(mark)}
          read={(typed) => {
            const size = readSize(typed, by)
            return size && { value: size }
          }}
          wrong={by === 'bytes' ? 'at least 1mb: 256mb, 4gb' : 'a whole number: 20k'}
          onChange={onMark}
        />
      </div>
    </div>
  )
}
