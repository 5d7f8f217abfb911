package org.streamlitgateway.config.value;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Format of sizes: {@code 512K}, {@code 64M} or {@code 1G}, in powers of 1024; a number alone means bytes. */
public final class Sizes {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([KMG]?)B?", Pattern.CASE_INSENSITIVE);

    private Sizes() {}

    /** Returns the size in bytes; -1 if the text is not a size. */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.trim());
        if (!matcher.matches()) {
            return -1;
        }
        int shift =
                switch (matcher.group(2)) {
                    case "K", "k" -> 10;
                    case "M", "m" -> 20;
                    case "G", "g" -> 30;
                    default -> 0;
                };
        return Long.parseLong(matcher.group(1)) << shift;
    }
}
