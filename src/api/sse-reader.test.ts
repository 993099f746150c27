import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SseReader } from './sse-reader.ts'

const stream =
  'retry: 1000\n\n: alive\n\nid: 1\nevent: activity\ndata: {"a":1}\n\nid: 2\r\ndata: x\r\ndata: y\r\n\r\nevent: empty\n\n'
const messages = [
  { id: '1', event: 'activity', data: '{"a":1}' },
  { id: '2', event: 'message', data: 'x\ny' },
]

test('messages are the same however the stream was cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
      const reader = new SseReader()
      const read = places.slice(1).flatMap((end, index) => reader.push(stream.slice(places[index], end)))
      expect(read).toEqual(messages)
    }),
  )
})
