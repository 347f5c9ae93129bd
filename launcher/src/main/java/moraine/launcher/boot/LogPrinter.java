package moraine.launcher.boot;

import java.io.PrintStream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/** Prints warnings and errors of the framework's log, a line each, so that standard output stays the command's own. */
final class LogPrinter implements LogListener, ServiceTrackerCustomizer<LogReaderService, LogReaderService> {
    private final BundleContext context;
    private final PrintStream out;

    private LogPrinter(BundleContext context, PrintStream out) {
        this.context = context;
        this.out = out;
    }

    /** Prints the entries of every log reader that is registered from now on. */
    static void open(BundleContext context, PrintStream out) {
        new ServiceTracker<>(context, LogReaderService.class, new LogPrinter(context, out)).open();
    }

    @Override
    public void logged(LogEntry entry) {
        if (entry.getLogLevel() == LogLevel.ERROR || entry.getLogLevel() == LogLevel.WARN) {
            out.println(line(entry));
        }
    }

    private static String line(LogEntry entry) {
        StringBuilder line = new StringBuilder("moraine: ")
                .append(entry.getLogLevel() == LogLevel.WARN ? "warning" : "error")
                .append(" of bundle ")
                .append(entry.getBundle().getSymbolicName())
                .append(": ")
                .append(entry.getMessage().strip().replaceAll("\\s*\\R\\s*", "; "));
        Throwable cause = entry.getException();
        return cause == null ? line.toString() : line.append(": ").append(cause).toString();
    }

    @Override
    public LogReaderService addingService(ServiceReference<LogReaderService> reference) {
        LogReaderService reader = context.getService(reference);
        reader.addLogListener(this);
        return reader;
    }

    @Override
    public void modifiedService(ServiceReference<LogReaderService> reference, LogReaderService reader) {}

    @Override
    public void removedService(ServiceReference<LogReaderService> reference, LogReaderService reader) {
        reader.removeLogListener(this);
        context.ungetService(reference);
    }
}
