import { usePage } from '../context.ts';
import { clockSpan, timeOfDay } from '../format.ts';
import { tellStory, type Timeline } from '../story.ts';

export interface StoryListProps {
  readonly timeline: Timeline;
  readonly startedAt: string;
}

export function StoryList({ timeline, startedAt }: StoryListProps) {
  const { language } = usePage();
  const start = Date.parse(startedAt);
  return (
    <ol className="story">
      {tellStory(timeline, language).map(({ at, text, said, tone }, index) => (
        // Lines are only ever added at the end.
        <li key={index} className={tone}>
          <time dateTime={at} title={clockSpan(Date.parse(at) - start)}>
            {timeOfDay(at, language)}
          </time>
          <div>
            {text}
            {said.map((sentence) => (
              <q key={sentence}>{sentence}</q>
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}
