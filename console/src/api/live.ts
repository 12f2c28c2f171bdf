// The live stream of ticket changes. Fetch instead of EventSource, which can't send the token in a header.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { session } from '@/auth/session';
import { problemOf } from './problem';
import { serverAddress } from './server';
import type { TicketEvent } from './types';

export type LiveStatus = 'connecting' | 'live' | 'lost';

/** The server says something at least every 15 seconds; three silences in a row mean the line is dead. */
const DEAD_AFTER_MS = 45_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;

interface LiveListener {
  changed: (event: TicketEvent) => void;
  /** Changes may have been missed: whatever is shown has to be read again. */
  missed: () => void;
  status: (status: LiveStatus) => void;
}

/** Follow the stream until the returned function is called. */
export function follow(listener: LiveListener): () => void {
  const over = new AbortController();
  void run(listener, over.signal);
  return () => over.abort();
}

async function run(listener: LiveListener, over: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let wait = FIRST_WAIT_MS;
  let first = true;
  while (!over.aborted) {
    await visible(over);
    const opened = () => {
      listener.status('live');
      // The stream goes on after the last change that was seen; before any was, nothing tells what was missed.
      if (!first && lastId === undefined) listener.missed();
      first = false;
      wait = FIRST_WAIT_MS;
    };
    const heard = (message: EventSourceMessage) => {
      lastId = message.id ?? lastId;
      if (message.event === 'request') listener.changed(JSON.parse(message.data) as TicketEvent);
    };
    const hidden = await listen(over, lastId, opened, heard);
    if (hidden || isOver(over)) continue;
    listener.status('lost');
    await pause(wait, over);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

/** One connection until it ends; whether it was let go because the page is hidden. Browsers open few connections to
 * one server over HTTP/1.1, so that a page in the background must not hold one. */
async function listen(
  over: AbortSignal,
  lastId: string | undefined,
  opened: () => void,
  heard: (message: EventSourceMessage) => void,
): Promise<boolean> {
  const line = new AbortController();
  const hide = () => document.hidden && line.abort('hidden');
  document.addEventListener('visibilitychange', hide);
  const signal = AbortSignal.any([over, line.signal]);
  let silence = 0;
  const listening = () => {
    window.clearTimeout(silence);
    silence = window.setTimeout(() => line.abort('silent'), DEAD_AFTER_MS);
  };
  try {
    listening();
    const answer = await fetch(serverAddress('/v1/events'), {
      headers: await headers(lastId),
      signal,
      cache: 'no-store',
    });
    if (answer.status === 401) session.expire((await problemOf(answer)).kind);
    if (!answer.ok || !answer.body) return false;
    opened();
    const parser = createParser({ onEvent: heard });
    const text = answer.body.pipeThrough(new TextDecoderStream());
    for await (const chunk of read(text)) {
      listening();
      parser.feed(chunk);
    }
  } catch {
    // Broken off, by us or by the network; the caller comes again.
  } finally {
    window.clearTimeout(silence);
    document.removeEventListener('visibilitychange', hide);
  }
  return line.signal.reason === 'hidden';
}

async function headers(lastId: string | undefined): Promise<Record<string, string>> {
  const authorization = { Authorization: `Bearer ${(await session.token()) ?? ''}` };
  return lastId === undefined ? authorization : { ...authorization, 'Last-Event-ID': lastId };
}

/** Safari's streams are not async iterable yet. */
async function* read(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function visible(over: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return once(over, (go) => {
    document.addEventListener('visibilitychange', go);
    return () => document.removeEventListener('visibilitychange', go);
  });
}

/** Wait; shorter where the network comes back meanwhile. */
function pause(ms: number, over: AbortSignal): Promise<void> {
  return once(over, (go) => {
    const timer = window.setTimeout(go, ms);
    window.addEventListener('online', go);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener('online', go);
    };
  });
}

function once(over: AbortSignal, arrange: (go: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      undo();
      over.removeEventListener('abort', go);
      resolve();
    };
    const undo = arrange(go);
    over.addEventListener('abort', go);
  });
}

function isOver(over: AbortSignal): boolean {
  return over.aborted;
}
