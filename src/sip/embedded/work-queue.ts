/** Tasks one after the other: a task that another one causes waits until that one is done. */
export interface WorkQueue {
  run(task: () => void): void;
}

/** `onIdle` is called whenever the queue has run empty. */
export const createWorkQueue = (deps: {
  readonly onThrow: (error: unknown) => void;
  readonly onIdle: () => void;
}): WorkQueue => {
  let tasks: (() => void)[] = [];
  let isWorking = false;
  const attempt = (task: () => void): void => {
    try {
      task();
    } catch (error) {
      deps.onThrow(error);
    }
  };
  return {
    run: (task) => {
      tasks.push(task);
      if (isWorking) return;
      isWorking = true;
      try {
        while (tasks.length > 0) {
          const batch = tasks;
          tasks = [];
          for (const next of batch) attempt(next);
        }
      } finally {
        isWorking = false;
      }
      deps.onIdle();
    },
  };
};
